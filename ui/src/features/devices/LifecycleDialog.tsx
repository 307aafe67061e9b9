import { Alert, Form, Input, Modal, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Device, Lifecycle } from '@/api/types';
import { deviceTitle } from '@/components/devices';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import styles from './devices.module.css';
import { useMoveOn } from './queries';
import { StageTag } from './StageTag';

type Values = { to: Lifecycle; reason: string };

/** The next stage of a device's life, among those the server allows from where it stands. */
export function LifecycleDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const moveOn = useMoveOn();
  const [form] = Form.useForm<Values>();
  const to = Form.useWatch('to', form);
  const { id, lifecycle_state: from, lifecycle_next: next, space_code } = device;
  const name = deviceTitle(device);
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['to', 'reason'],
    send: (values: Values) => moveOn.mutateAsync({ id, ...values }),
    onDone: ({ lifecycle_state, lifecycle_next }) => {
      onClose();
      const text = t('devices.movedOn', {
        name,
        stage: t(`devices.stages.${lifecycle_state}.name`),
      });
      // There is a way back only where the table of stages has one.
      if (!lifecycle_next.includes(from)) toast.done(text);
      else toast.undoable(text, () => moveOn.mutateAsync({ id, to: from }));
    },
  });
  return (
    <Modal
      open
      title={t('devices.stageTitle', { name })}
      onCancel={onClose}
      okText={t('devices.stageSubmit')}
      okButtonProps={{
        htmlType: 'submit',
        formNoValidate: true,
        form: 'stage',
        danger: to === 'decommissioned',
      }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <p>
        {t('devices.stageNow')} <StageTag stage={from} />
      </p>
      {space_code && (
        <Alert
          type="info"
          showIcon
          className={styles.alert}
          title={t('devices.stageServes', { code: space_code })}
        />
      )}
      <Form form={form} name="stage" layout="vertical" onFinish={submit}>
        <Form.Item
          name="to"
          label={t('devices.stageNext')}
          rules={[{ required: true, message: t('devices.stageRequired') }]}
        >
          <Radio.Group className={styles.choices}>
            {next.map((stage) => (
              <Radio key={stage} value={stage}>
                {t(`devices.stages.${stage}.name`)}
                <span className={styles.second}>{t(`devices.stages.${stage}.text`)}</span>
              </Radio>
            ))}
          </Radio.Group>
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('devices.reason')}
          extra={t('devices.reasonHint')}
          rules={[{ required: true, whitespace: true, message: t('devices.reasonRequired') }]}
        >
          <Input maxLength={255} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
