import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CreatedWebhookSecret } from '@/api/types';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useSubmit } from '@/components/useSubmit';
import { useCreateSecret } from './queries';
import styles from './webhookSecrets.module.css';

type Values = { name?: string };
type Props = {
  isOpen: boolean;
  onClose: () => void;
  onCreated: (created: CreatedWebhookSecret) => void;
};

export function CreateSecretDialog({ isOpen, onClose, onCreated }: Props) {
  const { t } = useTranslation();
  const create = useCreateSecret();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: ['name'],
    send: ({ name }: Values) => create.mutateAsync(name ? { name } : {}),
    onDone: (created) => {
      onClose();
      onCreated(created);
    },
  });
  return (
    <Modal
      open={isOpen}
      title={t('webhookSecrets.create')}
      onCancel={onClose}
      okText={t('webhookSecrets.createSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'webhook-secret' }}
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
      <Form form={form} name="webhook-secret" layout="vertical" onFinish={submit}>
        <Form.Item name="name" label={t('fields.name')} extra={t('webhookSecrets.nameHint')}>
          <Input autoComplete="off" autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
