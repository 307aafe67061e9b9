import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Tenant } from '@/api/types';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useActivateTenant, useSuspendTenant } from './queries';
import styles from './tenants.module.css';

type Values = { reason: string };
type Props = { tenant: Tenant; isOpen: boolean; onClose: () => void };

export function SuspendTenantDialog({ tenant, isOpen, onClose }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const suspend = useSuspendTenant();
  const activate = useActivateTenant();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: ['reason'],
    send: ({ reason }: Values) => suspend.mutateAsync({ id: tenant.id, reason }),
    onDone: () => {
      onClose();
      toast.undoable(t('tenants.suspended', { name: tenant.name }), () =>
        activate.mutateAsync(tenant.id),
      );
    },
  });
  return (
    <Modal
      open={isOpen}
      title={t('tenants.suspendTitle', { name: tenant.name })}
      onCancel={onClose}
      okText={t('tenants.suspend')}
      okButtonProps={{
        htmlType: 'submit',
        formNoValidate: true,
        form: 'suspend-tenant',
        danger: true,
      }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
      destroyOnHidden
      afterClose={reset}
    >
      <p>{t('tenants.suspendText')}</p>
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields} />
        </div>
      )}
      <Form
        form={form}
        name="suspend-tenant"
        layout="vertical"
        requiredMark={false}
        onFinish={submit}
      >
        <Form.Item
          name="reason"
          label={t('tenants.reason')}
          extra={t('tenants.suspendReasonHint')}
          rules={[{ required: true, whitespace: true, message: t('tenants.reasonRequired') }]}
        >
          <Input.TextArea rows={2} maxLength={500} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
