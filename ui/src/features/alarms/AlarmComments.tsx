import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { AlarmDetail } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { FormProblem } from '@/components/FormProblem';
import { GatedButton } from '@/components/GatedButton';
import { Moment } from '@/components/Moment';
import { useSubmit } from '@/components/useSubmit';
import styles from './alarms.module.css';
import { useCommentAlarm } from './queries';

/** What people said of an alarm, for those who come after. */
export function AlarmComments({ alarm }: { alarm: AlarmDetail }) {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('alarms:handle');
  const comment = useCommentAlarm();
  const [form] = Form.useForm<{ text: string }>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['text'],
    send: ({ text }: { text: string }) => comment.mutateAsync({ id: alarm.id, text }),
    onDone: () => form.resetFields(),
  });
  return (
    <section>
      <h2 className={styles.title}>{t('alarms.comments')}</h2>
      {alarm.comments.length === 0 && <p className={styles.hint}>{t('alarms.noComments')}</p>}
      <ol className={styles.comments}>
        {alarm.comments.map(({ id, at, by, text }) => (
          <li key={id}>
            <div className={styles.commentHead}>
              <strong>{by}</strong> <Moment at={at} />
            </div>
            <p>{text}</p>
          </li>
        ))}
      </ol>
      <FormProblem error={error} shownFields={shownFields} />
      <Form form={form} name="comment" layout="vertical" requiredMark={false} onFinish={submit}>
        <Form.Item
          name="text"
          label={t('alarms.comment')}
          rules={[{ required: true, whitespace: true, message: t('alarms.commentRequired') }]}
        >
          <Input.TextArea
            autoSize={{ minRows: 2, maxRows: 6 }}
            maxLength={2000}
            disabled={refusal !== null}
          />
        </Form.Item>
        <GatedButton
          htmlType={refusal === null ? 'submit' : 'button'}
          loading={isSending}
          isAllowed={refusal === null}
          reason={refusal ?? ''}
        >
          {t('alarms.addComment')}
        </GatedButton>
      </Form>
    </section>
  );
}
