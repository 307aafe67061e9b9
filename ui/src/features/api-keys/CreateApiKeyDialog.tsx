import { Form, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CreatedApiKey } from '@/api/types';
import { FormProblem } from '@/components/FormProblem';
import { useSubmit } from '@/components/useSubmit';
import { ApiKeyFields } from './ApiKeyFields';
import { type ApiKeyValues, apiKeyFields, endOf } from './change';
import { useCreateApiKey } from './queries';

type Props = {
  isOpen: boolean;
  /** Whether it is to hand in messages and do nothing else, unless one says otherwise. */
  isForIngest: boolean;
  onClose: () => void;
  onCreated: (created: CreatedApiKey) => void;
};

export function CreateApiKeyDialog({ isOpen, isForIngest, onClose, onCreated }: Props) {
  const { t } = useTranslation();
  const create = useCreateApiKey();
  const [form] = Form.useForm<ApiKeyValues>();
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: apiKeyFields,
    send: ({ expires_at, allowed_ips, requests_per_minute, ...values }: ApiKeyValues) =>
      create.mutateAsync({
        ...values,
        ...(expires_at ? { expires_at: endOf(expires_at) } : {}),
        ...(allowed_ips?.length ? { allowed_ips } : {}),
        ...(requests_per_minute ? { requests_per_minute } : {}),
      }),
    onDone: (created) => {
      onClose();
      onCreated(created);
    },
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
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="api-key"
        layout="vertical"
        initialValues={
          isForIngest
            ? { role: 'operator', scopes: ['webhook:ingest'] }
            : { role: 'viewer', scopes: [] }
        }
        onFinish={submit}
      >
        <ApiKeyFields />
      </Form>
    </Modal>
  );
}
