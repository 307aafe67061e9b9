import { Form, Input, Modal, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Tenant } from '@/api/types';
import { paths } from '@/app/paths';
import { useSessionActions } from '@/app/session/useSession';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useSubmit } from '@/components/useSubmit';
import styles from './tenants.module.css';

const durations = [15, 30, 60];

type Values = { reason: string; minutes: number };
type Props = { tenant: Tenant; isOpen: boolean; onClose: () => void };

/** Acting as administrator of somebody else's tenant: with a reason they can read, and not for long. */
export function EnterTenantDialog({ tenant, isOpen, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { switchTenant } = useSessionActions();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: ['reason', 'minutes'],
    send: (values: Values) => switchTenant({ tenant_id: tenant.id, ...values }),
    onDone: () => navigate(paths.home()),
  });
  return (
    <Modal
      open={isOpen}
      title={t('tenants.enterTitle', { name: tenant.name })}
      onCancel={onClose}
      okText={t('tenants.enterSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'enter-tenant' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
      destroyOnHidden
      afterClose={reset}
    >
      <p>{t('tenants.enterText')}</p>
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields} />
        </div>
      )}
      <Form
        form={form}
        name="enter-tenant"
        layout="vertical"
        requiredMark={false}
        initialValues={{ minutes: 30 }}
        onFinish={submit}
      >
        <Form.Item
          name="reason"
          label={t('tenants.reason')}
          extra={t('tenants.enterReasonHint')}
          rules={[{ required: true, whitespace: true, message: t('tenants.reasonRequired') }]}
        >
          <Input.TextArea rows={2} maxLength={500} autoFocus />
        </Form.Item>
        <Form.Item name="minutes" label={t('tenants.duration')}>
          <Segmented
            aria-label={t('tenants.duration')}
            options={durations.map((value) => ({
              value,
              label: t('tenants.minutes', { count: value }),
            }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
