import type { Reservation } from '@/api/types';
import { lookOf, useLookWords } from './reservationLooks';
import looks from './reservationLooks.module.css';

type Props = { reservation: Reservation; offers: ReadonlySet<string> };

/** Where a reservation stands and what matters about it: the mark it has on the calendar, and in words. */
export function ReservationLook({ reservation, offers }: Props) {
  const words = useLookWords(reservation.timezone);
  const look = lookOf(reservation, offers);
  return (
    <span className={looks.said}>
      <span className={looks[look]}>
        <span className={looks.letter} data-letter={words.letter(look)} aria-hidden="true" />
      </span>
      <span>{[words.look(look), ...words.marks(reservation)].join(', ')}</span>
    </span>
  );
}
