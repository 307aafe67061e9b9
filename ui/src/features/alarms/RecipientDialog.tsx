import { useQueries, useQuery } from '@tanstack/react-query';
import { Form, Modal, Radio, Select } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { siteChoicesQuery, siteQuery } from '@/api/estate';
import type { AlarmKind, AlarmRecipient, Language, Severity } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { alarmKinds, severities, useAlarmWords } from '@/components/alarms';
import { EmailField } from '@/components/EmailField';
import { FormProblem } from '@/components/FormProblem';
import { SeverityTag } from '@/components/SeverityTag';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { languageNames, languages } from '@/i18n';
import styles from './alarms.module.css';
import { memberChoicesQuery, useChangeRecipient, useCreateRecipient } from './queries';

const TYPING_PAUSE_MS = 250;

type Values = {
  to: 'address' | 'member';
  email?: string;
  user_id?: string;
  language: Language;
  severity_min: Severity;
  kinds: AlarmKind[];
  site_ids: string[];
};
type Props = { recipient: AlarmRecipient | null; onClose: () => void };

/** Enters somebody who is to be written to, or changes of what. Who it is stays who it is. */
export function RecipientDialog({ recipient, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const toast = useToast();
  const create = useCreateRecipient();
  const change = useChangeRecipient();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['email', 'user_id', 'language', 'severity_min', 'kinds', 'site_ids'],
    send: async ({ to, email, user_id, ...what }: Values) => {
      if (recipient) await change.mutateAsync({ id: recipient.id, body: what });
      else if (to === 'member' && user_id) await create.mutateAsync({ ...what, user_id });
      else await create.mutateAsync({ ...what, email: email?.trim() ?? '' });
    },
    onDone: () => {
      toast.done(t('alarmRules.saved'));
      onClose();
    },
  });
  return (
    <Modal
      open
      title={recipient ? t('alarmRules.editRecipient') : t('alarmRules.addRecipient')}
      onCancel={onClose}
      okText={t('common.save')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'recipient' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="recipient"
        layout="vertical"
        requiredMark={false}
        initialValues={{
          to: 'address',
          language: recipient?.language ?? i18n.language,
          severity_min: recipient?.severity_min ?? 'warning',
          kinds: recipient?.kinds ?? [],
          site_ids: recipient?.site_ids ?? [],
        }}
        onFinish={submit}
      >
        {!recipient && <WhoFields />}
        <WhatFields />
      </Form>
    </Modal>
  );
}

function WhoFields() {
  const { t } = useTranslation();
  const to = Form.useWatch<Values['to']>('to') ?? 'address';
  return (
    <>
      <Form.Item name="to" label={t('alarmRules.to')}>
        <Radio.Group
          options={[
            { value: 'address', label: t('alarmRules.toAddress') },
            { value: 'member', label: t('alarmRules.toMember') },
          ]}
        />
      </Form.Item>
      {to === 'address' ? (
        <EmailField autoComplete="off" />
      ) : (
        <Form.Item
          name="user_id"
          label={t('alarmRules.member')}
          extra={t('alarmRules.memberHint')}
          rules={[{ required: true, message: t('alarmRules.memberRequired') }]}
        >
          <MemberPicker />
        </Form.Item>
      )}
    </>
  );
}

function WhatFields() {
  const { t } = useTranslation();
  const words = useAlarmWords();
  return (
    <>
      <Form.Item name="severity_min" label={t('alarmRules.severityMin')}>
        <Select
          options={severities.map((value) => ({ value, label: <SeverityTag severity={value} /> }))}
        />
      </Form.Item>
      <Form.Item name="kinds" label={t('alarmRules.kinds')} extra={t('alarmRules.kindsHint')}>
        <Select
          mode="multiple"
          options={alarmKinds.map((value) => ({ value, label: words.kind(value) }))}
        />
      </Form.Item>
      <Form.Item name="site_ids" label={t('alarmRules.sites')} extra={t('alarmRules.sitesHint')}>
        <SitesPicker />
      </Form.Item>
      <Form.Item name="language" label={t('invitations.mailLanguage')}>
        <Select options={languages.map((value) => ({ value, label: languageNames[value] }))} />
      </Form.Item>
    </>
  );
}

/** What is typed, once one stops typing. */
function useTyped() {
  const [typed, setTyped] = useState('');
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  return {
    typed,
    onType: (text: string) => {
      clearTimeout(pause.current);
      pause.current = setTimeout(() => setTyped(text.trim()), TYPING_PAUSE_MS);
    },
  };
}

type PickerProps<Value> = { id?: string; value?: Value; onChange?: (value: Value) => void };

function MemberPicker(props: PickerProps<string>) {
  const { typed, onType } = useTyped();
  const { data, isFetching } = useQuery(memberChoicesQuery(useTenantId(), typed));
  return (
    <Select
      {...props}
      loading={isFetching}
      showSearch={{ filterOption: false, onSearch: onType }}
      options={data?.users.map(({ id, name, email }) => ({
        value: id,
        label: `${name}, ${email}`,
      }))}
    />
  );
}

function SitesPicker(props: PickerProps<string[]>) {
  const tenantId = useTenantId();
  const { typed, onType } = useTyped();
  const { data, isFetching, isPending } = useQuery(siteChoicesQuery(tenantId, typed));
  const found = data?.sites ?? [];
  // The chosen ones by their names, also when the search does not hold them.
  const others = (props.value ?? []).filter((chosen) => !found.some(({ id }) => id === chosen));
  const asked = useQueries({
    queries: others.map((id) => ({ ...siteQuery(tenantId, id), enabled: !isPending })),
  });
  const sites = [...found, ...asked.flatMap((one) => one.data?.site ?? [])];
  return (
    <Select
      {...props}
      mode="multiple"
      className={styles.wide}
      loading={isFetching}
      showSearch={{ filterOption: false, onSearch: onType }}
      options={sites.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}
