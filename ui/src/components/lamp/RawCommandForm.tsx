import { Checkbox, Form, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { sendRaw } from '@/api/lamps';
import type { Display } from '@/api/types';
import { FormProblem } from '../FormProblem';
import { GatedButton } from '../GatedButton';
import { useToast } from '../toast';
import { useSubmit } from '../useSubmit';
import styles from './lampPanel.module.css';

type Props = { display: Display; refusal: string | null; onSent: () => unknown };
type Values = { f_port: number; payload: string; confirmed: boolean };

/** Bytes as people write them: with spaces, or as one. */
const HEX = /^\s*(?:[0-9A-Fa-f]{2}\s*){1,242}$/;

/** Tells a display any bytes; it then shows again what it should. */
export function RawCommandForm({ display, refusal, onSent }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['f_port', 'payload'],
    send: ({ payload, ...rest }: Values) =>
      sendRaw({ device_id: display.id, payload: payload.replace(/\s/g, ''), ...rest }),
    onDone: () => {
      toast.done(t('lamps.rawSent'));
      form.resetFields(['payload']);
      return onSent();
    },
  });
  return (
    <>
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="raw-command"
        layout="vertical"
        className={styles.form}
        initialValues={{ f_port: 15, confirmed: false }}
        onFinish={submit}
      >
        <Form.Item
          name="f_port"
          label={t('lamps.port')}
          rules={[{ required: true, message: t('lamps.portRequired') }]}
        >
          <InputNumber min={1} max={223} precision={0} />
        </Form.Item>
        <Form.Item
          name="payload"
          label={t('lamps.payload')}
          className={styles.payload}
          rules={[{ required: true, pattern: HEX, message: t('lamps.payloadRequired') }]}
        >
          <Input
            autoComplete="off"
            spellCheck={false}
            maxLength={1000}
            placeholder="FF 00 00 64 00"
          />
        </Form.Item>
        <Form.Item name="confirmed" valuePropName="checked" label={t('lamps.acknowledgement')}>
          <Checkbox>{t('lamps.confirmed')}</Checkbox>
        </Form.Item>
        <GatedButton
          htmlType="submit"
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          loading={isSending}
        >
          {t('lamps.rawSubmit')}
        </GatedButton>
      </Form>
    </>
  );
}
