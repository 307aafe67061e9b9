import { useQuery } from '@tanstack/react-query';
import { Button, Form } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { siteQuery } from '@/api/estate';
import type {
  OnClash,
  Reservation,
  ReservationSeriesDetail,
  ReservationSeriesWish,
  ReservationWish,
  Site,
  WaitlistWish,
} from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { FormProblem } from '@/components/FormProblem';
import { useFormats } from '@/components/format';
import { HolderFields } from '@/components/HolderFields';
import { WALL } from '@/components/SpanFields';
import { TakenTimes } from '@/components/TakenTimes';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { WaitInstead } from '@/components/WaitInstead';
import { wallOf } from '@/components/zoneTime';
import { BayStep } from './BayStep';
import { BookingSummary } from './BookingSummary';
import {
  type Begun,
  firstStep,
  forWhom,
  meantInstant,
  ofFields,
  type StepName,
  stepOfRefusal,
  stepsOf,
  usualSpan,
} from './booking';
import styles from './booking.module.css';
import { useBook } from './calendarQueries';
import { canBeHad, DatesStep, leftOutOf, usePreview } from './DatesStep';
import { useCancel } from './queries';
import { StepList } from './StepList';
import { useBookSeries, useCancelSeries } from './seriesQueries';
import { termsQuery } from './termsQueries';
import { dateOf, MINUTE_MS } from './timeAxis';
import { repeatFields, useRepeat, usualRepeat } from './useRepeat';
import { useWaiting } from './useWaiting';
import { type BookingValues, WhenStep } from './WhenStep';

type Props = {
  /** Where one begins; another site can be chosen. */
  site: Site;
  begun: Begun;
  onDone: (reservation: Reservation) => void;
  onSeries: (series: ReservationSeriesDetail) => void;
  onCancel: () => void;
};

const fields = [
  'site_id',
  'start_time',
  'end_time',
  ...repeatFields,
  'name',
  'email',
  'plate',
  'notes',
] as const;
const fieldsOfWhen: (keyof BookingValues)[] = [
  'site_id',
  'start_time',
  'end_time',
  ...repeatFields,
];

/** Place and time, bay, dates if there are several, confirmation; what was chosen stands beside it all the while. */
export function Booking({ site, begun, onDone, onSeries, onCancel }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<BookingValues>();
  const [step, setStep] = useState<StepName>(() => firstStep(begun));
  const [spaceId, setSpaceId] = useState(begun.spaceId);
  const [onClash, setOnClash] = useState<OnClash>('refuse');
  /** The series whose dates were looked at. */
  const [seen, setSeen] = useState<{ what: string; leftOut: number } | null>(null);
  /** Days on which it is not to be, in their order. */
  const [except, setExcept] = useState<readonly string[]>([]);
  const { siteId, zone, siteName, span, meantEnd, setLength } = useWhen(form, site, begun);
  const repeat = useRepeat(form, span?.start ?? begun.start ?? Date.now(), zone);
  const { rule } = repeat;
  const minutesMax = useQuery(termsQuery(useTenantId(), siteId)).data?.duration_max_minutes;
  const heading = useRef<HTMLHeadingElement>(null);
  const hasTurned = useRef(false);

  const wish: ReservationWish = {
    space_id: spaceId ?? '',
    start_time: new Date(span?.start ?? 0).toISOString(),
    end_time: new Date(span?.end ?? 0).toISOString(),
    ...forWhom(form.getFieldsValue(true)),
  };
  const what = `${spaceId} ${wish.start_time} ${wish.end_time} ${rule} ${except}`;
  const without = except.length > 0 ? { except: [...except] } : {};
  const seriesWish = rule && span && spaceId ? { ...wish, rule, ...without } : null;
  const preview = usePreview(step === 'dates' ? seriesWish : null);
  const leftOut = preview.data ? leftOutOf(preview.data) : seen?.what === what ? seen.leftOut : 0;
  /** What was refused last, and can be waited for. */
  const [refused, setRefused] = useState<WaitlistWish | null>(null);
  const waiting = useWaiting();
  const toast = useToast();
  const send = useSending(zone, { onDone, onSeries });
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields,
    send: async (values: BookingValues) => {
      const whole = { ...wish, ...forWhom(values) };
      try {
        if (!rule) return await send.one(whole);
        return await send.series({ ...whole, rule, ...without, on_clash: onClash });
      } catch (refusal) {
        const wrong = stepOfRefusal(refusal);
        setRefused(rule ? null : whole);
        // Somebody else has it, or nobody can: another one is to be chosen.
        if (wrong === 'bay') setSpaceId(undefined);
        turnTo(wrong);
        throw ofFields(refusal, values.repeats === 'own' ? {} : { rule: values.ends });
      }
    },
    onDone: (finish) => finish(),
  });

  function turnTo(next: StepName) {
    hasTurned.current = true;
    setStep(next);
  }

  // Who turns to another step is told where they are, and goes on from there.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time the step is another one.
  useEffect(() => {
    if (hasTurned.current) heading.current?.focus({ preventScroll: false });
  }, [step]);

  async function goOn() {
    const isRight = await form.validateFields(fieldsOfWhen).then(
      () => true,
      () => false,
    );
    // A link may have led past it, and what is wrong there is seen nowhere else.
    if (!isRight) return turnTo('when');
    reset();
    const afterBay = rule ? 'dates' : 'confirm';
    if (step === 'when') turnTo(spaceId ? afterBay : 'bay');
    else if (step === 'bay' && spaceId) turnTo(afterBay);
    else if (step === 'dates') {
      setSeen({ what, leftOut });
      turnTo('confirm');
    } else if (step === 'confirm') form.submit();
  }

  /** Steps that can be turned to: those before, and those for which all is known. */
  const isChosen = span !== null && spaceId !== undefined;
  const canTurnTo = (next: StepName) =>
    next === 'when' ||
    (next === 'bay' && span !== null) ||
    (next === 'dates' && isChosen) ||
    (next === 'confirm' && isChosen && (rule === null || seen?.what === what));
  const mustWait =
    (step === 'bay' && !spaceId) ||
    (step === 'dates' && (preview.isPlaceholderData || !canBeHad(preview.data, onClash)));

  return (
    <div className={styles.booking}>
      <div className={styles.main}>
        <StepList
          steps={stepsOf(rule !== null)}
          step={step}
          canTurnTo={canTurnTo}
          onTurn={turnTo}
        />
        <h2 ref={heading} tabIndex={-1} className={styles.heading}>
          {t(`booking.steps.${step}`)}
        </h2>
        <FormProblem error={error} shownFields={shownFields} />
        {step !== 'dates' && <TakenTimes error={error} zone={zone} />}
        {refused && (
          <WaitInstead
            error={error}
            isSending={waiting.isPending}
            onWait={() => void waiting.join(refused).then(waiting.show, toast.failed)}
          />
        )}
        <Form
          form={form}
          name="booking"
          layout="vertical"
          initialValues={firstValues(site, begun)}
          onFinish={() => submit(form.getFieldsValue(true))}
          onKeyDown={(event) => {
            const target = event.target as HTMLElement;
            if (event.key !== 'Enter' || target.tagName !== 'INPUT' || event.defaultPrevented)
              return;
            if (target.closest('.ant-select, .ant-picker')) return;
            event.preventDefault();
            // Who looks for a bay has not found it yet.
            if (step !== 'bay') void goOn();
          }}
        >
          <div hidden={step !== 'when'}>
            <WhenStep
              zone={zone}
              siteName={siteName}
              minutesOf={(start, end) =>
                (meantInstant(zone, end, meantEnd) - meantInstant(zone, start, begun.start)) /
                MINUTE_MS
              }
              minutesMax={minutesMax}
              minutes={span && (span.end - span.start) / MINUTE_MS}
              onMinutes={setLength}
              onSite={() => {
                setSpaceId(undefined);
                setExcept([]);
              }}
              repeat={repeat}
            />
          </div>
          {step === 'bay' && span && (
            <BayStep
              siteId={siteId}
              zone={zone}
              span={span}
              spaceId={spaceId}
              isSeries={rule !== null}
              canWait={rule === null && !(error && refused)}
              onPick={setSpaceId}
            />
          )}
          {step === 'dates' && seriesWish && (
            <DatesStep
              wish={seriesWish}
              words={repeat.words}
              onClash={onClash}
              onOnClash={setOnClash}
              onTurnDay={(date) => setExcept((days) => turned(days, date))}
              onMend={() => turnTo('when')}
            />
          )}
          <div hidden={step !== 'confirm'}>
            <HolderFields />
          </div>
        </Form>
        <div className={styles.buttons}>
          <Button
            type="primary"
            size="large"
            loading={isSending}
            disabled={mustWait}
            onClick={() => void goOn()}
          >
            {step === 'confirm' ? t('reservations.reserve') : t('booking.goOn')}
          </Button>
          <Button size="large" onClick={onCancel}>
            {t('common.cancel')}
          </Button>
        </div>
      </div>
      <BookingSummary
        siteName={siteName}
        zone={zone}
        span={span}
        spaceId={spaceId}
        siteId={siteId}
        repeats={repeat.words}
        leftOut={leftOut}
        onTurn={turnTo}
      />
    </div>
  );
}

const turned = (days: readonly string[], date: string) =>
  days.includes(date) ? days.filter((day) => day !== date) : [...days, date].toSorted();

/** Books, and answers what is to be done and said once it is booked. */
function useSending(zone: string, { onDone, onSeries }: Pick<Props, 'onDone' | 'onSeries'>) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const book = useBook();
  const bookSeries = useBookSeries();
  const cancel = useCancel();
  const cancelSeries = useCancelSeries();
  return {
    one: async (wish: ReservationWish) => {
      const reservation = await book.mutateAsync(wish);
      const { id, space_code: code, start_time } = reservation;
      return () => {
        const from = formats.instantIn(zone, start_time);
        toast.undoable(t('reservations.reserved', { code, from }), () =>
          cancel.mutateAsync({ id }),
        );
        onDone(reservation);
      };
    },
    series: async (wish: ReservationSeriesWish) => {
      const series = await bookSeries.mutateAsync(wish);
      const { id, space_code: code, occurrences_total: count } = series;
      return () => {
        const said = t('series.booked', { code, count, formatted: formats.number(count) });
        toast.undoable(said, () => cancelSeries.mutateAsync({ id, etag: null }));
        onSeries(series);
      };
    },
  };
}

const wall = (zone: string, at: number) => dayjs(wallOf(zone, at));

function firstValues({ id, timezone }: Site, { start, end }: Begun) {
  const usual = usualSpan(Date.now());
  return {
    site_id: id,
    start_time: wall(timezone, start ?? usual.start),
    end_time: wall(timezone, end ?? usual.end),
    ...usualRepeat(dateOf(timezone, start ?? usual.start)),
  };
}

type BookingForm = ReturnType<typeof Form.useForm<BookingValues>>[0];

/** Where and when, as far as that is chosen; without the site's time zone its hours mean nothing. */
function useWhen(form: BookingForm, first: Site, begun: Begun) {
  const siteId: string = Form.useWatch('site_id', form) ?? first.id;
  const start = Form.useWatch('start_time', form) as Dayjs | undefined;
  const end = Form.useWatch('end_time', form) as Dayjs | undefined;
  const [meantEnd, setMeantEnd] = useState(begun.end);
  const other = useQuery({
    ...siteQuery(useTenantId(), siteId),
    enabled: siteId !== first.id,
  }).data?.site;
  const site = siteId === first.id ? first : other;
  const zone = site?.timezone ?? first.timezone;
  const isWhole = site !== undefined && start && end;
  const from = isWhole ? meantInstant(zone, start.format(WALL), begun.start) : 0;
  const until = isWhole ? meantInstant(zone, end.format(WALL), meantEnd) : 0;
  const span = isWhole && from < until ? { start: from, end: until } : null;

  /** So long from the start, by the time that passes: also where the clocks are put back in between. */
  function setLength(minutes: number) {
    if (!start) return;
    const at = meantInstant(zone, start.format(WALL), begun.start) + minutes * MINUTE_MS;
    setMeantEnd(at);
    form.setFieldValue('end_time', wall(zone, at));
    void form.validateFields(['end_time']).catch(() => undefined);
  }
  return { siteId, zone, siteName: site?.name ?? null, span, meantEnd, setLength };
}
