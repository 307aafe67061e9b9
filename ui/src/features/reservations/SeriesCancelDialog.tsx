import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import type { ReservationSeriesChanged } from '@/api/types';
import { FormProblem } from '@/components/FormProblem';
import { useFormats } from '@/components/format';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useCancel } from './queries';
import { ScopeField } from './ScopeField';
import { type Known, SeriesDialog } from './SeriesDialog';
import styles from './series.module.css';
import { meant, type Scope } from './seriesChange';
import { readSeries, useCancelSeries } from './seriesQueries';

type Props = {
  seriesId: string;
  reservationId: string | null;
  code: string;
  onClose: () => void;
};

/** Calls off one reservation of a series, that and what follows, or all that lies ahead. */
export function SeriesCancelDialog({ code, ...rest }: Props) {
  const { t } = useTranslation();
  return (
    <SeriesDialog title={t('series.cancelTitle', { code })} {...rest}>
      {(known) => <CancelForm {...known} />}
    </SeriesDialog>
  );
}

type Values = { scope: Scope; reason?: string };

function CancelForm({ series, one, onClose }: Known) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const cancelOne = useCancel();
  const cancel = useCancelSeries();
  const [form] = Form.useForm<Values>();
  const [base, setBase] = useState(series);
  const [isMeanwhile, setIsMeanwhile] = useState(false);
  const scope: Scope = Form.useWatch('scope', form) ?? (one ? 'one' : 'all');
  const { id, timezone } = base.thing;
  const now = Date.now();
  const count = (of: Scope) => meant(base.thing, of, one, now).length;

  async function send(values: Values): Promise<ReservationSeriesChanged | null> {
    const reason = values.reason?.trim();
    const why = reason ? { reason } : {};
    setIsMeanwhile(false);
    if (scope === 'one' && one) {
      await cancelOne.mutateAsync({ id: one.reservation_id, ...why });
      return null;
    }
    const from = scope === 'following' && one ? { from: one.recurrence_time } : {};
    try {
      return await cancel.mutateAsync({ id, etag: base.etag, ...from, ...why });
    } catch (error) {
      if (asProblem(error).status === 412) {
        setBase(await readSeries(id));
        setIsMeanwhile(true);
      }
      throw error;
    }
  }

  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['reason'],
    send,
    onDone: (done) => {
      onClose();
      const changed = done?.changed ?? 1;
      const kept = done?.kept.length ?? 0;
      const said = t('series.cancelled', { count: changed, formatted: formats.number(changed) });
      const stayed = t('series.tooLate', { count: kept, formatted: formats.number(kept) });
      toast.done(kept > 0 ? `${said} ${stayed}` : said);
    },
  });
  const n = count(scope);
  return (
    <>
      {isMeanwhile ? <Meanwhile /> : <FormProblem error={error} shownFields={shownFields} />}
      <Form
        form={form}
        name="series-cancel"
        layout="vertical"
        initialValues={{ scope: one ? 'one' : 'all' }}
        onFinish={submit}
      >
        {one ? (
          <>
            <p className={styles.lead}>
              {formats.instantIn(timezone, one.start_time)}
              <span className={styles.second}>{timezone.replace(/_/g, ' ')}</span>
            </p>
            <ScopeField label={t('series.whichCancel')} count={count} />
          </>
        ) : (
          <p>{t('series.cancelAllText', { count: n, formatted: formats.number(n) })}</p>
        )}
        <Form.Item name="reason" label={t('series.reason')} extra={t('series.reasonHint')}>
          <Input maxLength={255} autoComplete="off" autoFocus={!one} />
        </Form.Item>
        <p className={styles.hint}>{t('reservations.cancelText')}</p>
        <div className={styles.footer}>
          <Button onClick={onClose}>{t('series.keep')}</Button>
          <Button danger type="primary" htmlType="submit" loading={isSending} disabled={n === 0}>
            {t('series.cancelMany', { count: n, formatted: formats.number(n) })}
          </Button>
        </div>
      </Form>
    </>
  );
}

/** Somebody was faster; what was typed stays, and counts for the series as it is now. */
export function Meanwhile() {
  const { t } = useTranslation();
  return (
    <Alert
      className={styles.verdict}
      type="warning"
      showIcon
      title={t('series.meanwhileTitle')}
      description={t('series.meanwhileText')}
    />
  );
}
