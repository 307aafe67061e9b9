import { Form, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CreatedWebhook } from '@/api/types';
import { FormProblem } from '@/components/FormProblem';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { type TaggedWebhook, useCreateWebhook, useUpdateWebhook } from './queries';
import { WebhookFields, type WebhookValues, webhookFields } from './WebhookFields';

type CreateProps = {
  isOpen: boolean;
  onClose: () => void;
  onCreated: (created: CreatedWebhook) => void;
};

export function CreateWebhookDialog({ isOpen, onClose, onCreated }: CreateProps) {
  const { t } = useTranslation();
  const create = useCreateWebhook();
  const [form] = Form.useForm<WebhookValues>();
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: webhookFields,
    send: (values: WebhookValues) => create.mutateAsync(values),
    onDone: (created) => {
      onClose();
      onCreated(created);
    },
  });
  return (
    <Modal
      open={isOpen}
      title={t('webhooks.create')}
      width={620}
      onCancel={onClose}
      okText={t('webhooks.createSubmit')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'webhook' }}
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
        name="webhook"
        layout="vertical"
        initialValues={{ event_types: [] }}
        onFinish={submit}
      >
        <WebhookFields />
      </Form>
    </Modal>
  );
}

type EditProps = { isOpen: boolean; tagged: TaggedWebhook; onClose: () => void };

export function EditWebhookDialog({ isOpen, tagged: { webhook, etag }, onClose }: EditProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const update = useUpdateWebhook(webhook.id);
  const [form] = Form.useForm<WebhookValues>();
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: webhookFields,
    send: (values: WebhookValues) => update.mutateAsync({ ...values, etag }),
    onDone: ({ name }) => {
      onClose();
      toast.done(t('webhooks.changed', { name }));
    },
  });
  const { name, url, event_types } = webhook;
  return (
    <Modal
      open={isOpen}
      title={t('webhooks.editTitle', { name })}
      width={620}
      onCancel={onClose}
      okText={t('common.save')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'edit-webhook' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
      destroyOnHidden
      afterClose={reset}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        // A fresh form for each version, or it would show what was before.
        key={`${etag}`}
        form={form}
        name="edit-webhook"
        layout="vertical"
        initialValues={{ name, url, event_types }}
        onFinish={submit}
      >
        <WebhookFields />
      </Form>
    </Modal>
  );
}
