import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { EventTypePicker } from './EventTypePicker';

export type WebhookValues = { name: string; url: string; event_types: string[] };
export const webhookFields = ['name', 'url', 'event_types'] as const;

/** What people say of a webhook; inside of a form. */
export function WebhookFields() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="name"
        label={t('fields.name')}
        rules={[{ required: true, whitespace: true, message: t('webhooks.nameMissing') }]}
      >
        <Input autoComplete="off" autoFocus maxLength={255} />
      </Form.Item>
      <Form.Item
        name="url"
        label={t('webhooks.url')}
        extra={t('webhooks.urlHint')}
        rules={[{ required: true, whitespace: true, message: t('webhooks.urlMissing') }]}
      >
        <Input
          autoComplete="off"
          inputMode="url"
          placeholder="https://example.org/hooks/parking"
          maxLength={2000}
        />
      </Form.Item>
      <Form.Item
        name="event_types"
        label={t('webhooks.events')}
        rules={[{ required: true, type: 'array', min: 1, message: t('webhooks.eventsMissing') }]}
      >
        <EventTypePicker />
      </Form.Item>
    </>
  );
}
