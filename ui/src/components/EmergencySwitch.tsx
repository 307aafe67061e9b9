import { useMutation } from '@tanstack/react-query';
import { Alert, Form, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import type { EmergencyKind, Site } from '@/api/types';
import { useConfirm } from './confirm';
import styles from './EmergencySwitch.module.css';
import { FormProblem } from './FormProblem';
import { useFormats } from './format';
import { GatedButton } from './GatedButton';
import { ExclamationCircleFilled } from './icons';
import { useToast } from './toast';
import { useSubmit } from './useSubmit';

type Props = {
  site: Pick<Site, 'id' | 'name' | 'emergency'>;
  /** Why the caller may not, if they may not. */
  refusal: string | null;
  /** Reads anew what shows the switch. */
  onSwitched: () => Promise<unknown>;
};

function useEmergency(siteId: string, onSuccess: () => Promise<unknown>) {
  const params = { path: { id: siteId } };
  const start = useMutation({
    mutationFn: (body: { kind: EmergencyKind; reason: string }) =>
      answer(api.PUT('/api/v6/sites/{id}/emergency', { params, body })),
    onSuccess,
  });
  const end = useMutation({
    mutationFn: () => answer(api.DELETE('/api/v6/sites/{id}/emergency', { params })),
    onSuccess,
  });
  return { start, end };
}

/** Says that all lamps of a site show one thing, since when and why, and takes it back. */
export function EmergencyBanner({ site, refusal, onSwitched }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const confirm = useConfirm();
  const toast = useToast();
  const { end } = useEmergency(site.id, onSwitched);
  const { emergency } = site;
  if (!emergency) return null;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      className={styles.banner}
      title={t(`emergency.banner.${emergency.kind}`, { site: site.name })}
      description={t('emergency.since', {
        at: formats.instant(emergency.since),
        by: emergency.by ?? '–',
        reason: emergency.reason,
      })}
      action={
        <GatedButton
          danger
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          onClick={() =>
            confirm({
              title: t('emergency.endTitle', { site: site.name }),
              text: t('emergency.endText'),
              verb: t('emergency.end'),
              isDestructive: false,
              action: async () => {
                await end.mutateAsync();
                toast.done(t('emergency.ended', { site: site.name }));
              },
            })
          }
        >
          {t('emergency.end')}
        </GatedButton>
      }
    />
  );
}

/** Lets all lamps of a site show one thing, whatever its bays are. */
export function EmergencyButton(props: Props) {
  const { refusal } = props;
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <GatedButton
        danger
        icon={<ExclamationCircleFilled />}
        isAllowed={refusal === null}
        reason={refusal ?? ''}
        onClick={() => setIsOpen(true)}
      >
        {t('emergency.start')}
      </GatedButton>
      {isOpen && <EmergencyDialog {...props} onClose={() => setIsOpen(false)} />}
    </>
  );
}

type Values = { kind: EmergencyKind; reason: string };

function EmergencyDialog({ site, onSwitched, onClose }: Props & { onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const { start } = useEmergency(site.id, onSwitched);
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['kind', 'reason'],
    send: (values: Values) => start.mutateAsync(values),
    onDone: () => {
      onClose();
      toast.done(t('emergency.started', { site: site.name }));
    },
  });
  return (
    <Modal
      open
      title={t('emergency.startTitle', { site: site.name })}
      onCancel={onClose}
      okText={t('emergency.startSubmit')}
      okButtonProps={{ danger: true, htmlType: 'submit', form: 'emergency', formNoValidate: true }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <p>{t('emergency.startText')}</p>
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="emergency"
        layout="vertical"
        initialValues={{ kind: 'all_red' }}
        onFinish={submit}
      >
        <Form.Item name="kind" label={t('emergency.kind')} required>
          <Radio.Group
            options={(['all_red', 'all_off'] as const).map((value) => ({
              value,
              label: t(`lamps.states.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('spaces.reason')}
          rules={[{ required: true, whitespace: true, message: t('spaces.reasonRequired') }]}
        >
          <Input maxLength={255} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
