import { Form, Input, Modal, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Device, DeviceRole } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { BayFields } from '@/components/BayFields';
import { deviceTitle } from '@/components/devices';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useAssign, useUnassign } from './queries';

type Values = { site_id?: string; space_id: string; role: DeviceRole; reason?: string };

/** A bay for a device, found by site and code; a bay that has such a device already says which. */
export function AssignDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const tenantId = useTenantId();
  const assign = useAssign();
  const unassign = useUnassign();
  const [form] = Form.useForm<Values>();
  const [usual] = device.roles;
  const role = Form.useWatch('role', form) ?? usual;
  const { id } = device;
  const name = deviceTitle(device);
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['space_id', 'role', 'reason'],
    send: ({ space_id, reason, ...values }: Values) =>
      assign.mutateAsync({ id, space_id, role: values.role, reason: reason?.trim() || null }),
    onDone: ({ device: assigned }) => {
      onClose();
      toast.undoable(t('devices.assigned', { name, code: assigned.space_code ?? '' }), () =>
        unassign.mutateAsync({ id, role: assigned.role ?? null }),
      );
    },
  });
  return (
    <Modal
      open
      title={t('devices.assignTitle', { name })}
      onCancel={onClose}
      okText={t('devices.assignSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'assign' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="assign"
        layout="vertical"
        initialValues={{ role: usual }}
        onFinish={submit}
      >
        <Form.Item
          name="role"
          label={t('devices.asWhat')}
          required
          hidden={device.roles.length < 2}
        >
          <Radio.Group
            onChange={() => form.setFieldsValue({ space_id: undefined })}
            options={device.roles.map((value) => ({ value, label: t(`devices.roles.${value}`) }))}
          />
        </Form.Item>
        <BayFields tenantId={tenantId} role={role} isRequired />
        <Form.Item name="reason" label={t('devices.reason')} extra={t('devices.reasonHint')}>
          <Input maxLength={255} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
