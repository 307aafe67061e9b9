import { Form, Input, Modal, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '@/api/types';
import { FormProblem } from '@/components/FormProblem';
import { useFormats } from '@/components/format';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import styles from './alarms.module.css';
import { mutesBefore } from './mutesBefore';
import { useMarkAlarms, useMuteAlarms } from './queries';

const spans = [
  { minutes: 60, key: 'hour' },
  { minutes: 8 * 60, key: 'shift' },
  { minutes: 24 * 60, key: 'day' },
  { minutes: 7 * 24 * 60, key: 'week' },
  { minutes: 30 * 24 * 60, key: 'month' },
] as const;

type Values = { minutes: number; reason?: string };
type Props = { alarms: Alarm[]; onClose: () => void; onDone?: () => void };

/** Lets nobody be told of alarms for a while. */
export function MuteDialog({ alarms, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const mute = useMuteAlarms();
  const mark = useMarkAlarms();
  const [form] = Form.useForm<Values>();
  const ids = alarms.map(({ id }) => id);
  const count = alarms.length;
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['minutes', 'reason'],
    send: ({ minutes, reason }: Values) => {
      const why = reason?.trim();
      return mute.mutateAsync({ ids, minutes, ...(why ? { reason: why } : {}) });
    },
    onDone: () => {
      onClose();
      onDone?.();
      const text = t('alarms.done.mute', { count, formatted: formats.number(count) });
      toast.undoable(text, () => takeBack(alarms));
    },
  });
  /** Those that were muted before are so again, for as long as they had left; the others are not. */
  async function takeBack(before: readonly Alarm[]) {
    const { heard, muted } = mutesBefore(before, Date.now());
    for (const { ids, ...how } of muted) await mute.mutateAsync({ ids, ...how });
    if (heard.length > 0) await mark.mutateAsync({ verb: 'unmute', ids: heard });
  }
  const first = alarms[0];
  return (
    <Modal
      open
      title={
        count === 1 && first
          ? t('alarms.muteTitle', { name: first.subject_name })
          : t('alarms.muteMany', { count, formatted: formats.number(count) })
      }
      onCancel={onClose}
      okText={t('alarms.mute')}
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'mute' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <p className={styles.hint}>{t('alarms.muteText')}</p>
      <Form
        form={form}
        name="mute"
        layout="vertical"
        initialValues={{ minutes: 8 * 60 }}
        onFinish={submit}
      >
        <Form.Item name="minutes" label={t('alarms.muteFor')} required>
          <Radio.Group
            className={styles.choices}
            options={spans.map(({ minutes, key }) => ({
              value: minutes,
              label: t(`alarms.spans.${key}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="reason" label={t('alarms.reason')} extra={t('alarms.reasonHint')}>
          <Input maxLength={255} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
