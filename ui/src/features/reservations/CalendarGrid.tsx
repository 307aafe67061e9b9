import { type RefObject, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReservationTerms, Space } from '@/api/types';
import { Spoken } from '@/components/Spoken';
import { CalendarHead, CalendarLines, NowLine } from './CalendarHead';
import { CalendarRow, closedSpans, type Ghost } from './CalendarRow';
import styles from './calendar.module.css';
import { sayDraft } from './draftWords';
import { faultOf, type Placed, type Wish, withDropped } from './spans';
import { type Axis, HOUR_MS, MINUTE_MS } from './timeAxis';
import type { useCalendarBookings } from './useCalendarBookings';
import { useGridFocus } from './useGridFocus';
import { useGridKeys } from './useGridKeys';
import { usePointerDrag } from './usePointerDrag';
import { HEAD, LABEL, ROW } from './useRowsInView';
import { type Draft, type Shifting, wishOf } from './useShifting';
import type { Words } from './useWords';

/** How wide a day must be so that a quarter of an hour can be hit. */
const WIDTH = { day: 940, week: 1540 };
const NONE: readonly Placed[] = [];
/** Keys that lead elsewhere. */
const LEADING = /^(Arrow|Page|Home|End)/;

type Props = {
  frame: RefObject<HTMLDivElement | null>;
  label: string;
  axis: Axis;
  bays: readonly Space[];
  inView: { from: number; to: number };
  bookings: ReturnType<typeof useCalendarBookings>;
  terms: ReservationTerms | undefined;
  /** Reservations that are held for those who waited. */
  offers: ReadonlySet<string>;
  words: Words;
  shifting: Shifting;
  openId: string | null;
  isFixed: boolean;
  /** The row where the keyboard is: it is there also when it is out of sight. */
  onRow: (row: number) => void;
  onOpen: (id: string) => void;
  onCreate: (wish: Wish) => void;
};

/** The sheet itself. Only the rows near the screen exist, however many there are. */
export function CalendarGrid(props: Props) {
  const { frame, label, axis, bays, inView, bookings, terms, words, shifting, openId } = props;
  const { draft, setDraft, dropped } = shifting;
  const { t } = useTranslation();
  const sheet = useRef<HTMLDivElement>(null);
  const goesTo = useRef<'cursor' | null>(null);
  const isWeek = axis.days.length > 1;
  const step = isWeek ? HOUR_MS : HOUR_MS / 2;
  const minute = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const rows = useMemo(() => new Map(bays.map(({ id }, row) => [id, row])), [bays]);
  const rowOf = (spaceId: string) => rows.get(spaceId) ?? -1;
  const spaceAt = (row: number) => bays[row]?.id ?? null;
  const bySpace = useMemo(
    () => withDropped(bookings.bySpace, dropped),
    [bookings.bySpace, dropped],
  );
  const of = (row: number) => bySpace.get(spaceAt(row) ?? '') ?? NONE;
  const bookingOf = (id: string) => [...bySpace.values()].flat().find((one) => one.id === id);
  const isFixed = props.isFixed || shifting.isSending;

  const ghostOf = ({ wish, source }: Draft): Ghost => {
    const bay = bays[rowOf(wish.spaceId)];
    const fault = faultOf(wish, {
      others: bySpace.get(wish.spaceId) ?? NONE,
      terms,
      isReservable: bay?.is_reservable ?? true,
      closed: bay ? closedSpans(bay, axis) : [],
      now: minute,
      ...(source && { before: wishOf(source) }),
    });
    return { wish, fault };
  };
  const ghost = draft && ghostOf(draft);

  function drop({ grip, wish, source, by }: Draft) {
    setDraft(null);
    if (grip === 'create' || !source) {
      props.onCreate(wish);
      return;
    }
    // Whoever moves it by keys goes on from where it lies then.
    const goTo = ({ spaceId, start }: Wish) => {
      keys.moveTo({ row: rowOf(spaceId), at: Math.max(start, axis.start) });
      if (by === 'keys') goesTo.current = 'cursor';
    };
    goTo(wish);
    void shifting.drop(source, wish).then((isDone) => !isDone && goTo(wishOf(source)));
  }

  const keys = useGridKeys({
    axis,
    now: minute,
    step,
    rows: bays.length,
    spaceAt,
    rowOf,
    of,
    draft,
    isFixed,
    onDraft: setDraft,
    onDrop: drop,
    onOpen: ({ id }) => props.onOpen(id),
    onCreate: props.onCreate,
  });
  const { cursor, booking, free } = keys;

  const pointer = usePointerDrag({
    frame,
    sheet,
    axis,
    spaceAt,
    bookingOf,
    isFixed,
    onDraft: setDraft,
    onDrop: drop,
    onClick: ({ booking, spaceId, at }) => {
      const stop = axis.start + Math.floor((at - axis.start) / step) * step;
      keys.moveTo({
        row: rowOf(spaceId),
        at: booking ? Math.max(booking.start, axis.start) : stop,
      });
      goesTo.current = 'cursor';
      if (booking) props.onOpen(booking.id);
    },
  });

  useGridFocus({ frame, sheet, axis, cursor, ghost, draft, goesTo });
  const { onRow } = props;
  useEffect(() => onRow(cursor.row), [onRow, cursor.row]);

  const near = bays.slice(inView.from, inView.to).map((_, n) => inView.from + n);
  // Where the keyboard is and what is held stay there, also out of sight.
  const others = [
    cursor.row,
    ghost ? rowOf(ghost.wish.spaceId) : -1,
    draft?.source ? rowOf(draft.source.spaceId) : -1,
  ];
  const drawn = [
    ...new Set([...near, ...others.filter((row) => row >= 0 && row < bays.length)]),
  ].sort((a, b) => a - b);
  return (
    <>
      <div
        ref={frame}
        role="grid"
        aria-label={label}
        aria-rowcount={bays.length + 1}
        aria-busy={bookings.isComing || shifting.isSending}
        className={draft?.by === 'pointer' ? styles.frameHeld : styles.frame}
        // By whatever means one comes to a reservation, keys lead on from it.
        onFocus={({ target }) => {
          const one = bookingOf(target.dataset.booking ?? '');
          if (one && one.id !== booking?.id) {
            keys.moveTo({ row: rowOf(one.spaceId), at: Math.max(one.start, axis.start) });
          }
        }}
        // Who goes elsewhere holds nothing any more; who looks at another window comes back to it.
        onBlur={({ relatedTarget }) => {
          const isElsewhere = relatedTarget && !frame.current?.contains(relatedTarget);
          if (draft?.by === 'keys' && isElsewhere) setDraft(null);
        }}
        // What has no pointer, such as a screen reader, clicks without one.
        onClick={({ detail, target }) => {
          const one = detail === 0 && bookingOf((target as HTMLElement).dataset.booking ?? '');
          if (one) props.onOpen(one.id);
        }}
        onDoubleClick={({ target }) => {
          const isFree = !(target as HTMLElement).closest('[data-booking]');
          if (isFree && (target as HTMLElement).closest('[data-track]')) keys.create();
        }}
        onKeyDown={(event) => {
          if (LEADING.test(event.key)) goesTo.current = 'cursor';
          keys.onKeyDown(event);
        }}
        {...pointer}
      >
        <div
          ref={sheet}
          role="presentation"
          className={styles.sheet}
          style={{
            minWidth: LABEL + WIDTH[isWeek ? 'week' : 'day'],
            height: HEAD + bays.length * ROW,
          }}
        >
          <CalendarHead axis={axis} isWeek={isWeek} />
          <CalendarLines axis={axis} isWeek={isWeek} />
          {drawn.map((row) => {
            const bay = bays[row];
            if (!bay) return null;
            return (
              <CalendarRow
                key={bay.id}
                bay={bay}
                row={row}
                axis={axis}
                bookings={of(row)}
                offers={props.offers}
                words={words}
                stop={row === cursor.row ? (booking?.id ?? free) : null}
                ghost={ghost?.wish.spaceId === bay.id ? ghost : null}
                awayId={draft?.source?.id ?? null}
                waitingId={dropped?.id ?? null}
                openId={openId}
                isFixed={isFixed}
              />
            );
          })}
          <NowLine axis={axis} />
        </div>
      </div>
      <div role="status">
        <Spoken>
          {draft?.by === 'keys' && ghost
            ? sayDraft(t, words, draft, ghost, bays[rowOf(ghost.wish.spaceId)]?.code ?? '')
            : ''}
        </Spoken>
      </div>
    </>
  );
}
