import type { CSSProperties } from 'react';
import { RedoOutlined } from '@/components/icons';
import { heldUntil, type Look, nameOf } from '@/components/reservationLooks';
import looks from '@/components/reservationLooks.module.css';
import styles from './calendar.module.css';
import type { Placed } from './spans';
import type { Words } from './useWords';

type Props = {
  booking: Placed;
  look: Look;
  style: CSSProperties;
  words: Words;
  isOpen: boolean;
  /** Whether the focus is led to it. */
  isStop: boolean;
  /** Whether it is somewhere else at the moment. */
  isAway: boolean;
  /** Whether the server has yet to say that it may lie here. */
  isWaiting: boolean;
  isFixed: boolean;
  beginsBefore: boolean;
  endsAfter: boolean;
};

/** One reservation on the calendar: its state as colour, pattern and letter, and whose it is. */
export function BookingBlock(props: Props) {
  const { booking, look, style, words, isOpen, isStop, isAway, isWaiting } = props;
  const { beginsBefore, endsAfter } = props;
  const { reservation } = booking;
  const until = heldUntil(reservation);
  const canMove = booking.isBlocking && !props.isFixed;
  const label = words.booking(reservation, booking, look);
  return (
    <div
      role="gridcell"
      tabIndex={isStop ? 0 : -1}
      aria-label={label}
      title={label}
      aria-busy={isWaiting}
      data-booking={booking.id}
      data-cursor={isStop ? '' : undefined}
      className={[
        styles.booking,
        looks[look],
        canMove ? styles.movable : '',
        isOpen ? styles.open : '',
        isAway ? styles.away : '',
        isWaiting ? styles.waiting : '',
        beginsBefore ? styles.fromBefore : '',
        endsAfter ? styles.beyond : '',
      ].join(' ')}
      style={style}
    >
      <span className={looks.letter} data-letter={words.letter(look)} aria-hidden="true" />
      <span className={styles.who} aria-hidden="true">
        {nameOf(reservation) ?? reservation.notes ?? words.look(look)}
      </span>
      {(until || reservation.series_id) && (
        <span className={styles.marks} aria-hidden="true">
          {until && <span className={styles.until}>{words.until(until)}</span>}
          {reservation.series_id && <RedoOutlined className={styles.again} />}
        </span>
      )}
      {canMove && !beginsBefore && <span className={styles.startEdge} data-edge="start" />}
      {canMove && !endsAfter && <span className={styles.endEdge} data-edge="end" />}
    </div>
  );
}
