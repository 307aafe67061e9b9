import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Space } from '@/api/types';
import { useBayWords } from '@/components/bays';
import { lookOf } from '@/components/reservationLooks';
import looks from '@/components/reservationLooks.module.css';
import { BookingBlock } from './BookingBlock';
import styles from './calendar.module.css';
import { type Fault, lanesOf, meet, type Placed, type Wish } from './spans';
import { type Axis, dateOf, partOf, type Span } from './timeAxis';
import { HEAD, ROW } from './useRowsInView';
import type { Words } from './useWords';

export type Ghost = { wish: Wish; fault: Fault | null };

type Props = {
  bay: Space;
  row: number;
  axis: Axis;
  bookings: readonly Placed[];
  /** Those that are held for somebody who waited. */
  offers: ReadonlySet<string>;
  words: Words;
  /** What has the focus here: a reservation, a free stretch, or nothing. */
  stop: Span | string | null;
  ghost: Ghost | null;
  /** The one that is held, and the one the server has not judged yet. */
  awayId: string | null;
  waitingId: string | null;
  openId: string | null;
  isFixed: boolean;
};

/** Where a stretch lies in its row, as parts of the line. */
export function placeOn(axis: Axis, { start, end }: Span) {
  const from = Math.max(0, partOf(axis, start));
  const until = Math.min(1, partOf(axis, end));
  return { left: `${from * 100}%`, width: `${Math.max(0, until - from) * 100}%` };
}

/** When a bay is out of use, as far as that reaches into the line. */
export function closedSpans({ overrides }: Space, axis: Span): Span[] {
  return overrides
    .map(({ starts_at, ends_at }) => ({
      start: Date.parse(starts_at),
      end: ends_at ? Date.parse(ends_at) : Number.POSITIVE_INFINITY,
    }))
    .filter((span) => meet(span, axis));
}

/** One bay and its time. Drawn anew only when something of it has changed. */
export const CalendarRow = memo(function CalendarRow(props: Props) {
  const { bay, row, axis, bookings, offers, words, stop, ghost, awayId, waitingId, openId } = props;
  const { isFixed } = props;
  const { t } = useTranslation();
  const bayWords = useBayWords();
  const lanes = useMemo(() => lanesOf(bookings), [bookings]);
  const closed = useMemo(() => closedSpans(bay, axis), [bay, axis]);
  const nature = bay.is_reservable
    ? [bay.level, bay.kind === 'general' ? null : bayWords.kind(bay.kind)]
        .filter(Boolean)
        .join(', ')
    : t('calendar.notReservable');
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={row + 2}
      className={bay.is_reservable ? styles.row : styles.rowClosed}
      style={{ top: HEAD + row * ROW }}
    >
      <div
        role="rowheader"
        tabIndex={-1}
        className={styles.label}
        title={[bay.code, bay.name, nature].filter(Boolean).join(', ')}
      >
        <strong>{bay.code}</strong>
        <span className={styles.nature}>{nature}</span>
      </div>
      <div role="presentation" className={styles.track} data-track={bay.id}>
        {closed.map((span) => (
          <div
            key={span.start}
            aria-hidden="true"
            className={`${styles.closed} ${looks.outOfUse}`}
            style={placeOn(axis, span)}
          />
        ))}
        {bookings.map((booking, n) => {
          const { lane, of } = lanes[n] ?? { lane: 0, of: 1 };
          const height = (ROW - 8) / of;
          return (
            <BookingBlock
              key={booking.id}
              booking={booking}
              style={{
                ...placeOn(axis, booking),
                top: 4 + lane * height,
                height: height - (of > 1 ? 1 : 0),
              }}
              look={lookOf(booking.reservation, offers)}
              words={words}
              isOpen={booking.id === openId}
              isStop={booking.id === stop}
              isAway={booking.id === awayId}
              isWaiting={booking.id === waitingId}
              isFixed={isFixed}
              beginsBefore={booking.start < axis.start}
              endsAfter={booking.end > axis.end}
            />
          );
        })}
        {stop !== null && typeof stop !== 'string' && (
          <FreeStretch
            bay={bay}
            axis={axis}
            span={stop}
            words={words}
            isClosed={closed.some((one) => meet(one, stop))}
          />
        )}
        {ghost && <GhostBlock ghost={ghost} axis={axis} words={words} />}
      </div>
    </div>
  );
});

type FreeProps = { bay: Space; axis: Axis; span: Span; words: Words; isClosed: boolean };

/** Where the focus is while it is on no reservation. */
function FreeStretch({ bay, axis, span, words, isClosed }: FreeProps) {
  const { t } = useTranslation();
  const day = axis.days.length === 1 ? dateOf(axis.zone, span.start) : undefined;
  const nature = !bay.is_reservable
    ? t('calendar.notReservable')
    : isClosed
      ? t('calendar.outOfUse')
      : t('calendar.nothing');
  return (
    <div
      role="gridcell"
      tabIndex={0}
      data-cursor=""
      aria-label={`${bay.code}, ${words.span(span, day)}, ${nature}`}
      className={styles.cursor}
      style={placeOn(axis, span)}
    />
  );
}

/** Where something would lie if one let go, and what is against it. */
function GhostBlock({
  ghost: { wish, fault },
  axis,
  words,
}: {
  ghost: Ghost;
  axis: Axis;
  words: Words;
}) {
  const place = placeOn(axis, wish);
  const isLate = partOf(axis, wish.start) > 0.6;
  return (
    <div aria-hidden="true" className={fault ? styles.ghostBad : styles.ghost} style={place}>
      <span className={isLate ? styles.ghostWordsLeft : styles.ghostWords}>
        <strong>{words.span(wish, dateOf(axis.zone, wish.start))}</strong>
        {fault && <span>{words.fault(fault)}</span>}
      </span>
    </div>
  );
}
