import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Language, Tenant } from '@/api/types';
import { GatedButton } from '@/components/GatedButton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { languageNames, languages } from '@/i18n';
import { useUpdateCurrentTenant } from './queries';
import styles from './settings.module.css';

type Values = { name: string; locale?: Language };
type Props = { tenant: Tenant; etag: string | null; isReadOnly: boolean };

export function SettingsForm({ tenant, etag, isReadOnly }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const update = useUpdateCurrentTenant();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['name', 'locale'],
    send: ({ name, locale }: Values) =>
      update.mutateAsync({ name, ...(locale ? { settings: { locale } } : {}), etag }),
    onDone: () => toast.done(t('settings.saved')),
  });
  return (
    <>
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields} />
        </div>
      )}
      <Form
        form={form}
        noValidate
        name="settings"
        layout="vertical"
        requiredMark={false}
        disabled={isReadOnly}
        initialValues={{ name: tenant.name, locale: tenant.settings.locale }}
        onFinish={submit}
      >
        <Form.Item
          name="name"
          label={t('settings.name')}
          rules={[{ required: true, message: t('fields.nameRequired') }]}
        >
          <Input autoComplete="organization" />
        </Form.Item>
        <Form.Item name="locale" label={t('settings.locale')} extra={t('settings.localeHint')}>
          <Select options={languages.map((value) => ({ value, label: languageNames[value] }))} />
        </Form.Item>
        <GatedButton
          type="primary"
          htmlType={isReadOnly ? 'button' : 'submit'}
          loading={isSending}
          isAllowed={!isReadOnly}
          reason={t('settings.notAllowed')}
          disabled={false}
        >
          {t('common.save')}
        </GatedButton>
      </Form>
    </>
  );
}
