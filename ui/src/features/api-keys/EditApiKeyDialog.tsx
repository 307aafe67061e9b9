import { useQuery } from '@tanstack/react-query';
import { Form, Modal, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import { useTenantId } from '@/app/session/useSession';
import { FormProblem } from '@/components/FormProblem';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { ApiKeyFields } from './ApiKeyFields';
import { type ApiKeyValues, apiKeyFields, changeOf, valuesOf } from './change';
import { apiKeyQuery, type TaggedApiKey, useUpdateApiKey } from './queries';

type Props = { keyId: string | null; onClose: () => void };

/** Everything about a key but its secret, which nobody can change. */
export function EditApiKeyDialog({ keyId, onClose }: Props) {
  const { t } = useTranslation();
  const query = useQuery(apiKeyQuery(useTenantId(), keyId ?? ''));
  const update = useUpdateApiKey(keyId ?? '');
  const isRevoked = query.data?.apiKey.status === 'revoked';
  return (
    <Modal
      open={keyId !== null}
      title={
        query.data ? t('apiKeys.editTitle', { name: query.data.apiKey.name }) : t('apiKeys.edit')
      }
      width={620}
      onCancel={onClose}
      okText={t('common.save')}
      okButtonProps={{
        htmlType: 'submit',
        formNoValidate: true,
        form: 'edit-api-key',
        disabled: !query.data || isRevoked,
      }}
      cancelText={t('common.cancel')}
      confirmLoading={update.isPending}
      destroyOnHidden
    >
      {query.isLoading && <Skeleton active />}
      {query.error && (
        <ProblemAlert
          error={query.error}
          onRetry={asProblem(query.error).status === 404 ? undefined : () => void query.refetch()}
        />
      )}
      {isRevoked && <p>{t('apiKeys.revokedNoEdit')}</p>}
      {query.data && !isRevoked && (
        <EditForm
          // A fresh form for each version of the key, or it would show what was before.
          key={`${query.data.apiKey.id} ${query.data.etag}`}
          tagged={query.data}
          save={update.mutateAsync}
          onReload={() => void query.refetch()}
          onDone={onClose}
        />
      )}
    </Modal>
  );
}

type FormProps = {
  tagged: TaggedApiKey;
  save: ReturnType<typeof useUpdateApiKey>['mutateAsync'];
  onReload: () => void;
  onDone: () => void;
};

function EditForm({ tagged: { apiKey, etag }, save, onReload, onDone }: FormProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const [form] = Form.useForm<ApiKeyValues>();
  const { submit, error, shownFields } = useSubmit({
    form,
    fields: apiKeyFields,
    send: (values: ApiKeyValues) => save({ ...changeOf(apiKey, values), etag }),
    onDone: ({ name }) => {
      toast.done(t('apiKeys.changed', { name }));
      onDone();
    },
  });
  const isStale = error !== null && asProblem(error).status === 412;
  return (
    <>
      <FormProblem
        error={error}
        shownFields={shownFields}
        onRetry={isStale ? onReload : undefined}
      />
      <Form
        form={form}
        name="edit-api-key"
        layout="vertical"
        initialValues={valuesOf(apiKey)}
        onFinish={submit}
      >
        <ApiKeyFields />
      </Form>
    </>
  );
}
