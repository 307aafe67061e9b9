import { Alert, Button, Form, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormProblem } from '@/components/FormProblem';
import { HolderFields } from '@/components/HolderFields';
import { useSubmit } from '@/components/useSubmit';
import { forWhom, type HolderValues, ofFields } from './booking';
import styles from './booking.module.css';
import type { Span } from './timeAxis';
import { useWaiting } from './useWaiting';

type Props = { siteId: string; levelId: string | undefined; span: Span };

/** Where no bay is free for all of the time, one can wait for any. */
export function WaitForAny(props: Props) {
  const { t } = useTranslation();
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Alert
        type="info"
        className={styles.waiting}
        title={t('waitlist.noneFree')}
        description={
          <span className={styles.wait}>
            {t('waitlist.insteadText')}
            <Button onClick={() => setAsked(true)}>{t('waitlist.join')}</Button>
          </span>
        }
      />
      {isAsked && <WaitDialog {...props} onClose={() => setAsked(false)} />}
    </>
  );
}

function WaitDialog({ siteId, levelId, span, onClose }: Props & { onClose: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<HolderValues>();
  const waiting = useWaiting();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['name', 'email', 'plate', 'notes'],
    send: (values: HolderValues) =>
      waiting
        .join({
          site_id: siteId,
          ...(levelId && { level_id: levelId }),
          start_time: new Date(span.start).toISOString(),
          end_time: new Date(span.end).toISOString(),
          ...forWhom(values),
        })
        .catch((refusal: unknown) => {
          throw ofFields(refusal);
        }),
    onDone: waiting.show,
  });
  return (
    <Modal
      open
      title={t('waitlist.joinTitle')}
      onCancel={onClose}
      okText={t('waitlist.join')}
      okButtonProps={{ htmlType: 'submit', form: 'wait' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <Form form={form} name="wait" layout="vertical" onFinish={submit}>
        <HolderFields />
      </Form>
    </Modal>
  );
}
