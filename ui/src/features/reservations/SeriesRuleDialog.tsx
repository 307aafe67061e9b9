import { Button, Form, Input } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import type { ReservationOccurrence, ReservationSeriesChanged } from '@/api/types';
import { FormProblem } from '@/components/FormProblem';
import { useFormats } from '@/components/format';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { ofFields } from './booking';
import { InTheWay } from './InTheWay';
import { RepeatFields } from './RepeatFields';
import { type RepeatWish, ruleOf } from './rule';
import { ScopeField } from './ScopeField';
import { Meanwhile } from './SeriesCancelDialog';
import { type Known, SeriesDialog } from './SeriesDialog';
import { SeriesRuleResult } from './SeriesRuleResult';
import styles from './series.module.css';
import { meant, type Scope } from './seriesChange';
import {
  readSeries,
  type SeriesVersion,
  useChangeSeries,
  useTrySeriesChange,
} from './seriesQueries';
import { counted, isStuck, repeatOf, ruleChangeOf, seriesKinds } from './seriesRule';
import { dateOf } from './timeAxis';
import { type RepeatValues, repeatFields, useRepeat, usualRepeat } from './useRepeat';

type Props = {
  seriesId: string;
  reservationId: string | null;
  code: string;
  onClose: () => void;
  /** Where it is now: by another rule from one date on it may be a series of its own. */
  onChanged?: (seriesId: string) => void;
};

/** Gives a series another rule, all that lies ahead of it or from one of its dates on. */
export function SeriesRuleDialog({ code, onChanged, ...rest }: Props) {
  const { t } = useTranslation();
  return (
    <SeriesDialog title={t('series.ruleTitle', { code })} width={680} {...rest}>
      {(known) => <RuleForm {...known} {...(onChanged && { onChanged })} />}
    </SeriesDialog>
  );
}

type FormProps = Known & { onChanged?: (seriesId: string) => void };
type Values = RepeatValues & { scope: Scope; reason?: string };

const ruleScopes: readonly Scope[] = ['following', 'all'];
const fields = [...repeatFields, 'reason'] as const;

/** From which date on the rule is another; null if from its start on. */
const fromOf = (scope: Scope, one: ReservationOccurrence | undefined) =>
  scope === 'following' && one ? one.recurrence_time : null;

/** What the form begins with, and the rule that comes of that. */
function begun({ thing }: SeriesVersion, from: string | null) {
  const first = dateOf(thing.timezone, Date.parse(from ?? thing.start_time));
  const known = repeatOf(thing, from);
  const usual = usualRepeat(first);
  const until = known.until ? dayjs(known.until) : usual.until;
  const wish: RepeatWish = { ...usual, ...known, until: until?.format('YYYY-MM-DD') ?? null };
  return { values: { ...wish, until }, rule: ruleOf(wish, first) };
}

function RuleForm({ series, one, onClose, onChanged }: FormProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const [form] = Form.useForm<Values>();
  const [base, setBase] = useState(series);
  const [problem, setProblem] = useState<'meanwhile' | 'nothing' | null>(null);
  const [tried, setTried] = useState<ReservationSeriesChanged | null>(null);
  const [usual] = useState(() => begun(series, fromOf('following', one)));
  const scope: Scope = Form.useWatch('scope', form) ?? (one ? 'following' : 'all');
  const from = fromOf(scope, one);
  const { id, start_time, timezone } = base.thing;
  const repeat = useRepeat(form, Date.parse(from ?? start_time), timezone);
  const tryIt = useTrySeriesChange();
  const change = useChangeSeries();
  const count = (of: Scope) => meant(base.thing, of, one, Date.now()).length;

  async function send(values: Values): Promise<ReservationSeriesChanged | null> {
    setProblem(null);
    const wanted = ruleOf(
      { ...values, until: values.until?.format('YYYY-MM-DD') ?? null },
      repeat.first,
    );
    const body = ruleChangeOf(wanted ?? '', begun(base, from).rule, from);
    if (!body.rule) return null;
    const which = { id, etag: base.etag };
    try {
      if (!tried) return await tryIt.mutateAsync({ ...which, body });
      const on_clash = tried.outcomes.some(isStuck) ? 'skip' : 'refuse';
      const isFewer = counted(tried.outcomes).removed > 0;
      const reason = values.reason?.trim() || t('series.ruleReason');
      const whole = { ...body, on_clash, ...(isFewer && { reason }) } as const;
      return await change.mutateAsync({ ...which, body: whole });
    } catch (error) {
      const refusal = asProblem(error);
      setTried(null);
      if (refusal.status === 412) {
        // Somebody was faster: what was typed stays, and is looked at again on top of theirs.
        setBase(await readSeries(id));
        setProblem('meanwhile');
      }
      throw ofFields(refusal, { rule: shownAt(values) });
    }
  }

  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields,
    send,
    onDone: (answered) => {
      if (!answered || (!tried && answered.outcomes.length === 0)) setProblem('nothing');
      else if (!tried) setTried(answered);
      else {
        const n = answered.changed;
        toast.done(t('series.ruleChanged', { count: n, formatted: formats.number(n) }));
        onClose();
        onChanged?.(answered.series.id);
      }
    },
  });

  return (
    <>
      {problem === 'meanwhile' && <Meanwhile />}
      {problem === 'nothing' && (
        <p role="alert" className={styles.nothing}>
          {t('series.sameRule')}
        </p>
      )}
      {problem === null && <FormProblem error={error} shownFields={shownFields} />}
      {problem === null && error && <InTheWay error={error} zone={timezone} />}
      <Form
        form={form}
        name="series-rule"
        layout="vertical"
        initialValues={{ scope: one ? 'following' : 'all', ...usual.values }}
        onFinish={() => submit(form.getFieldsValue(true))}
      >
        <div hidden={tried !== null}>
          {one && (
            <ScopeField
              label={t('series.whichRule')}
              of={ruleScopes}
              count={count}
              onChange={(next) => form.setFieldsValue(begun(base, fromOf(next, one)).values)}
            />
          )}
          <RepeatFields
            first={repeat.first}
            words={repeat.words}
            kinds={seriesKinds}
            onKind={repeat.choose}
          />
          <p className={styles.hint}>
            {t('series.byClocks', { zone: timezone.replace(/_/g, ' ') })}
          </p>
          <p className={styles.hint}>{t('series.ruleHint')}</p>
        </div>
        {tried && <SeriesRuleResult tried={tried} words={repeat.words} />}
        {tried && counted(tried.outcomes).removed > 0 && (
          <Form.Item name="reason" label={t('series.reason')} extra={t('series.reasonHint')}>
            <Input maxLength={255} autoComplete="off" placeholder={t('series.ruleReason')} />
          </Form.Item>
        )}
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
          <Button type="primary" htmlType="submit" loading={isSending}>
            {tried ? t('series.saveRule') : t('series.tryIt')}
          </Button>
        </div>
      </Form>
    </>
  );
}

/** Where the form shows what is wrong with a rule: where it is written, or where it ends. */
function shownAt({ repeats, ends }: Values): string {
  if (repeats === 'own') return 'rule';
  return ends === 'until' ? 'until' : 'times';
}
