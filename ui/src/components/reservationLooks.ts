/** How reservations look on the calendar: by colour, pattern and letter, each of which says it. */
import type { Reservation, ReservationStatus } from '@/api/types';

/** Where it stands; of those that are agreed, whether somebody has come. */
export type Look = Exclude<ReservationStatus, 'cancelled'> | 'present';

export const looks: readonly Look[] = [
  'confirmed',
  'present',
  'pending',
  'completed',
  'no_show',
  'expired',
];

export function lookOf({ status, checked_in_at }: Reservation): Look {
  if (status === 'confirmed' && checked_in_at) return 'present';
  return status === 'cancelled' ? 'expired' : status;
}

/** For whom it is, as short as it is known. */
export const nameOf = ({ holder }: Reservation): string | null =>
  holder?.name ?? holder?.plate ?? holder?.email ?? null;
