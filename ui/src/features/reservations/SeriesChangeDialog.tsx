import { Button, DatePicker, Form, TimePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import type { ReservationSeriesChanged } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { BayPicker } from '@/components/BayPicker';
import { FormProblem } from '@/components/FormProblem';
import { useFormats } from '@/components/format';
import { HolderFields } from '@/components/HolderFields';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { ofFields } from './booking';
import { useChangeReservation } from './calendarQueries';
import { InTheWay } from './InTheWay';
import { ScopeField } from './ScopeField';
import { Meanwhile } from './SeriesCancelDialog';
import { SeriesChangeResult } from './SeriesChangeResult';
import { type Known, SeriesDialog } from './SeriesDialog';
import styles from './series.module.css';
import {
  type ChangeValues,
  type Hours,
  hoursOf,
  meant,
  oneChangeOf,
  type Scope,
  seriesChangeOf,
  whoOf,
} from './seriesChange';
import { readReservation, readSeries, useChangeSeries, useTrySeriesChange } from './seriesQueries';

type Props = {
  seriesId: string;
  reservationId: string | null;
  code: string;
  onClose: () => void;
  /** Where it is now: a change of what follows makes it a series of its own. */
  onChanged?: (seriesId: string) => void;
};

/** Changes one reservation of a series, that and what follows, or all that lies ahead. */
export function SeriesChangeDialog({ code, onChanged, ...rest }: Props) {
  const { t } = useTranslation();
  return (
    <SeriesDialog title={t('series.changeTitle', { code })} width={640} {...rest}>
      {(known) => <ChangeForm {...known} {...(onChanged && { onChanged })} />}
    </SeriesDialog>
  );
}

type Values = Omit<ChangeValues, 'date' | 'from' | 'until'> & {
  scope: Scope;
  date: Dayjs;
  from: Dayjs;
  until: Dayjs;
};
type FormProps = Known & { onChanged?: (seriesId: string) => void };

const fields = ['date', 'from', 'until', 'space_id', 'name', 'plate', 'email', 'notes'] as const;

/** The fields as the server calls them, where the form has others. */
const names: Record<string, string> = {
  start_time: 'from',
  end_time: 'until',
  duration_minutes: 'until',
};

const shown = ({ date, from, until }: Hours) => ({
  date: dayjs(date),
  from: dayjs(`${date}T${from}`),
  until: dayjs(`${date}T${until}`),
});

const said = ({ date, from, until, ...rest }: Values): ChangeValues => ({
  ...rest,
  date: date.format('YYYY-MM-DD'),
  from: from.format('HH:mm'),
  until: until.format('HH:mm'),
});

function ChangeForm({ series, reservation, one, onClose, onChanged }: FormProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const [form] = Form.useForm<Values>();
  const [base, setBase] = useState({ series, reservation });
  const [problem, setProblem] = useState<'meanwhile' | 'nothing' | null>(null);
  const [tried, setTried] = useState<ReservationSeriesChanged | null>(null);
  const scope: Scope = Form.useWatch('scope', form) ?? (one ? 'one' : 'all');
  const changeOne = useChangeReservation();
  const tryIt = useTrySeriesChange();
  const change = useChangeSeries();
  const { id, timezone, site_id } = base.series.thing;
  const who = whoOf(base.reservation.thing);
  /** What is repeated, or what the one was given by itself. */
  const hours = (of: Scope) =>
    hoursOf(of === 'one' ? base.reservation.thing : base.series.thing, timezone);
  const count = (of: Scope) => meant(base.series.thing, of, one, Date.now()).length;
  const bodyOf = (values: Values) => ({
    ...seriesChangeOf(hours(scope), who, said(values)),
    ...(scope === 'following' && one && { from: one.recurrence_time }),
  });

  /** Somebody was faster: what was typed stays, and is looked at again on top of theirs. */
  async function catchUp() {
    const [now, its] = await Promise.all([
      readSeries(id),
      readReservation(base.reservation.thing.id),
    ]);
    setBase({ series: now, reservation: its });
    setTried(null);
    setProblem('meanwhile');
  }

  async function send(values: Values): Promise<ReservationSeriesChanged | 'one' | null> {
    setProblem(null);
    try {
      if (scope === 'one') {
        const body = oneChangeOf(hours('one'), who, said(values), timezone);
        if (Object.keys(body).length === 0) return null;
        const { thing, etag } = base.reservation;
        await changeOne.mutateAsync({ id: thing.id, etag, body });
        return 'one';
      }
      const body = bodyOf(values);
      if (Object.keys(body).every((name) => name === 'from')) return null;
      const which = { id, etag: base.series.etag };
      if (!tried) return await tryIt.mutateAsync({ ...which, body });
      const on_clash = tried.kept.length > 0 ? 'skip' : 'refuse';
      return await change.mutateAsync({ ...which, body: { ...body, on_clash } });
    } catch (error) {
      const refusal = asProblem(error);
      if (refusal.status === 412) await catchUp();
      else setTried(null);
      throw ofFields(refusal, names);
    }
  }

  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields,
    send,
    onDone: (answered) => {
      if (answered === null) setProblem('nothing');
      else if (answered !== 'one' && !tried) setTried(answered);
      else {
        const n = answered === 'one' ? 1 : answered.changed;
        toast.done(t('series.changed', { count: n, formatted: formats.number(n) }));
        onClose();
        if (answered !== 'one') onChanged?.(answered.series.id);
      }
    },
  });

  return (
    <>
      {problem === 'meanwhile' && <Meanwhile />}
      {problem === 'nothing' && (
        <p role="alert" className={styles.nothing}>
          {t('series.nothingChanged')}
        </p>
      )}
      {problem === null && <FormProblem error={error} shownFields={shownFields} />}
      {problem === null && error && <InTheWay error={error} zone={timezone} />}
      <Form
        form={form}
        name="series-change"
        layout="vertical"
        initialValues={{ scope: one ? 'one' : 'all', ...who, ...shown(hours(one ? 'one' : 'all')) }}
        onFinish={() => submit(form.getFieldsValue(true))}
      >
        <div hidden={tried !== null}>
          {one && (
            <ScopeField
              label={t('series.whichChange')}
              count={count}
              onChange={(next) => form.setFieldsValue(shown(hours(next)))}
            />
          )}
          <ChangeFields
            isOne={scope === 'one'}
            siteId={site_id}
            zone={timezone.replace(/_/g, ' ')}
          />
        </div>
        {tried && <SeriesChangeResult tried={tried} scope={scope} one={one} />}
        <div className={styles.footer}>
          <Button
            onClick={() => {
              if (!tried) return onClose();
              reset();
              setTried(null);
            }}
          >
            {tried ? t('series.back') : t('common.cancel')}
          </Button>
          <Button
            type="primary"
            htmlType="submit"
            loading={isSending}
            disabled={tried?.changed === 0}
          >
            {tried
              ? t('series.changeMany', {
                  count: tried.changed,
                  formatted: formats.number(tried.changed),
                })
              : scope === 'one'
                ? t('series.changeOne')
                : t('series.tryIt')}
          </Button>
        </div>
      </Form>
    </>
  );
}

function ChangeFields({ isOne, siteId, zone }: { isOne: boolean; siteId: string; zone: string }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const needed = { required: true, message: t('reservations.timeRequired') };
  const clock = {
    format: 'HH:mm',
    minuteStep: 5 as const,
    needConfirm: false,
    showNow: false,
    allowClear: false,
    className: styles.clock ?? '',
  };
  return (
    <>
      <div className={styles.clocks}>
        <Form.Item name="date" label={t('series.date')} hidden={!isOne} rules={[needed]}>
          <DatePicker
            format="YYYY-MM-DD"
            allowClear={false}
            showNow={false}
            className={styles.clock}
          />
        </Form.Item>
        <Form.Item name="from" label={t('reservations.from')} rules={[needed]}>
          <TimePicker {...clock} />
        </Form.Item>
        <Form.Item name="until" label={t('reservations.until')} rules={[needed]}>
          <TimePicker {...clock} />
        </Form.Item>
      </div>
      <p className={styles.hint}>{t('series.byClocks', { zone })}</p>
      <Form.Item name="space_id" label={t('reservations.bay')} required>
        <BayPicker tenantId={tenantId} siteId={siteId} />
      </Form.Item>
      <HolderFields />
    </>
  );
}
