import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Device } from '@/api/types';
import { deviceTitle } from '@/components/devices';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useAssign, useUnassign } from './queries';

type Values = { reason: string };

/** Takes a device off its bay; why is asked, because the bay is blind from then on. */
export function UnassignDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const assign = useAssign();
  const unassign = useUnassign();
  const [form] = Form.useForm<Values>();
  const { id, space_id, space_code, role } = device;
  const name = deviceTitle(device);
  const code = space_code ?? '';
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['reason'],
    send: ({ reason }: Values) => unassign.mutateAsync({ id, role: role ?? null, reason }),
    onDone: ({ success }) => {
      onClose();
      if (!success) toast.done(t('devices.wasUnassigned', { name }));
      else if (space_id) {
        toast.undoable(t('devices.unassigned', { name, code }), () =>
          assign.mutateAsync({ id, space_id, role: role ?? null }),
        );
      }
    },
  });
  return (
    <Modal
      open
      title={t('devices.unassignTitle', { name, code })}
      onCancel={onClose}
      okText={t('devices.unassignSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'unassign', danger: true }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <p>
        {role === 'display' ? t('devices.unassignDisplayText') : t('devices.unassignSensorText')}
      </p>
      <Form form={form} name="unassign" layout="vertical" onFinish={submit}>
        <Form.Item
          name="reason"
          label={t('devices.reason')}
          extra={t('devices.reasonHint')}
          rules={[{ required: true, whitespace: true, message: t('devices.reasonRequired') }]}
        >
          <Input autoFocus maxLength={255} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
