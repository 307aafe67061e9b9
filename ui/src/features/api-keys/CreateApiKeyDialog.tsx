import { DatePicker, Form, Input, InputNumber, Modal, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { CreatedApiKey, Scope, TenantRole } from '@/api/types';
import { ProblemAlert } from '@/components/ProblemAlert';
import { roles } from '@/components/roles';
import { useSubmit } from '@/components/useSubmit';
import styles from './apiKeys.module.css';
import { useCreateApiKey } from './queries';
import { ScopePicker } from './ScopePicker';

type Values = {
  name: string;
  role: TenantRole;
  scopes: Scope[];
  expires_at?: Dayjs | null;
  allowed_ips?: string[];
  requests_per_minute?: number | null;
};
type Props = {
  isOpen: boolean;
  onClose: () => void;
  onCreated: (created: CreatedApiKey) => void;
};

export function CreateApiKeyDialog({ isOpen, onClose, onCreated }: Props) {
  const { t } = useTranslation();
  const create = useCreateApiKey();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: ['name', 'role', 'scopes', 'expires_at', 'allowed_ips', 'requests_per_minute'],
    send: ({ expires_at, allowed_ips, requests_per_minute, ...values }: Values) =>
      create.mutateAsync({
        ...values,
        ...(expires_at ? { expires_at: expires_at.endOf('day').toISOString() } : {}),
        ...(allowed_ips?.length ? { allowed_ips } : {}),
        ...(requests_per_minute ? { requests_per_minute } : {}),
      }),
    onDone: (created) => {
      onClose();
      onCreated(created);
    },
  });
  const inDays = (days: number) => ({
    label: t('apiKeys.inDays', { count: days }),
    value: dayjs().add(days, 'day'),
  });

  return (
    <Modal
      open={isOpen}
      title={t('apiKeys.create')}
      width={620}
      onCancel={onClose}
      okText={t('apiKeys.createSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'api-key' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
      destroyOnHidden
      afterClose={() => {
        form.resetFields();
        reset();
      }}
    >
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields} />
        </div>
      )}
      <Form
        form={form}
        name="api-key"
        layout="vertical"
        initialValues={{ role: 'viewer', scopes: [] }}
        onFinish={submit}
      >
        <Form.Item
          name="name"
          label={t('fields.name')}
          extra={t('apiKeys.nameHint')}
          rules={[{ required: true, message: t('fields.nameRequired') }]}
        >
          <Input autoComplete="off" autoFocus />
        </Form.Item>
        <Form.Item
          name="role"
          label={t('apiKeys.roleCap')}
          extra={t('apiKeys.roleHint')}
          rules={[{ required: true }]}
        >
          <Select
            options={roles.map((role) => ({ value: role, label: t(`roles.${role}.name`) }))}
          />
        </Form.Item>
        <Form.Item
          name="scopes"
          label={t('apiKeys.scopesTitle')}
          rules={[{ required: true, type: 'array', min: 1, message: t('apiKeys.scopesRequired') }]}
        >
          <ScopePicker />
        </Form.Item>
        <div className={styles.pair}>
          <Form.Item
            name="expires_at"
            label={t('apiKeys.expires')}
            extra={t('apiKeys.expiresHint')}
          >
            <DatePicker
              className={styles.full}
              presets={[inDays(30), inDays(90), inDays(365)]}
              disabledDate={(day) => day.isBefore(dayjs(), 'day')}
            />
          </Form.Item>
          <Form.Item
            name="requests_per_minute"
            label={t('apiKeys.rate')}
            extra={t('apiKeys.rateHint')}
          >
            <InputNumber className={styles.full} min={1} precision={0} />
          </Form.Item>
        </div>
        <Form.Item name="allowed_ips" label={t('apiKeys.allowedIps')} extra={t('apiKeys.ipHint')}>
          <Select mode="tags" open={false} suffix={null} tokenSeparators={[',', ' ', ';']} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
