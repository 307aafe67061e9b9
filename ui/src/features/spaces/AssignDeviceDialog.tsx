import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { assignDevice, unassignDevice } from '@/api/devices';
import type { DeviceRole, Space } from '@/api/types';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import { useTenantId } from '@/app/session/useSession';
import { DevicePicker } from '@/components/DevicePicker';
import { deviceRoles, deviceTitle } from '@/components/devices';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';

type Values = { role: DeviceRole; device_id: string; reason?: string };

/** A device for a bay, found by its name or DevEUI; the other way round than from the device's page. */
export function AssignDeviceDialog({ space, onClose }: { space: Space; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const tenantId = useTenantId();
  const onSuccess = useRefreshEstate();
  const assign = useMutation({ mutationFn: assignDevice, onSuccess });
  const unassign = useMutation({ mutationFn: unassignDevice, onSuccess });
  const [form] = Form.useForm<Values>();
  const free = deviceRoles.filter((each) => !space[each]);
  const usual = free[0] ?? 'sensor';
  const role = Form.useWatch('role', form) ?? usual;
  const { id: space_id, code } = space;
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['role', 'reason'],
    send: ({ device_id, reason, ...values }: Values) =>
      assign.mutateAsync({
        id: device_id,
        space_id,
        role: values.role,
        reason: reason?.trim() || null,
      }),
    onDone: ({ device }) => {
      onClose();
      toast.undoable(t('devices.assigned', { name: deviceTitle(device), code }), () =>
        unassign.mutateAsync({ id: device.id, role: device.role ?? null }),
      );
    },
  });
  return (
    <Modal
      open
      title={t('devices.assignToBayTitle', { code })}
      onCancel={onClose}
      okText={t('devices.assignSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'assign-device' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="assign-device"
        layout="vertical"
        initialValues={{ role: usual }}
        onFinish={submit}
      >
        <Form.Item name="role" label={t('devices.asWhat')} required>
          <Radio.Group
            onChange={() => form.setFieldsValue({ device_id: undefined })}
            options={deviceRoles.map((value) => ({
              value,
              label: t(`devices.roles.${value}`),
              disabled: !free.includes(value),
            }))}
          />
        </Form.Item>
        <Form.Item
          name="device_id"
          label={t('devices.one')}
          rules={[{ required: true, message: t('devices.deviceRequired') }]}
        >
          <DevicePicker tenantId={tenantId} role={role} placeholder={t('devices.findDevice')} />
        </Form.Item>
        <Form.Item name="reason" label={t('devices.reason')} extra={t('devices.reasonHint')}>
          <Input maxLength={255} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
