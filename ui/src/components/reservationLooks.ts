/** How reservations look: by colour, pattern, shape and letter, each of which says it. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Reservation, ReservationStatus } from '@/api/types';
import { useFormats } from './format';

/** Where it stands; and of those that are agreed or held, what matters about it besides. */
export type Look =
  | Exclude<ReservationStatus, 'cancelled'>
  | 'present'
  | 'contested'
  | 'offered'
  | 'overstayed';

export const looks: readonly Look[] = [
  'confirmed',
  'present',
  'contested',
  'pending',
  'offered',
  'completed',
  'overstayed',
  'no_show',
  'expired',
];

type OwnLook = Exclude<Look, ReservationStatus>;
const OWN: readonly Look[] = ['present', 'contested', 'offered', 'overstayed'] satisfies OwnLook[];

/** Whether it says no more than the status does. */
export const isStatus = (look: Look): look is Exclude<Look, OwnLook> => !OWN.includes(look);

type Marked = Pick<
  Reservation,
  'id' | 'status' | 'checked_in_at' | 'contested_at' | 'overstayed_at'
>;

/** `offers` are the reservations that are held for those who waited. */
export function lookOf(reservation: Marked, offers: ReadonlySet<string>): Look {
  const { id, status, checked_in_at, contested_at, overstayed_at } = reservation;
  if (status === 'confirmed' && checked_in_at) return 'present';
  if (status === 'confirmed' && contested_at) return 'contested';
  if (status === 'completed' && overstayed_at) return 'overstayed';
  if (status === 'pending' && offers.has(id)) return 'offered';
  return status === 'cancelled' ? 'expired' : status;
}

/** For whom it is, as short as it is known. */
export const nameOf = ({ holder }: Reservation): string | null =>
  holder?.name ?? holder?.plate ?? holder?.email ?? null;

/** Until when the bay is held for somebody, if nothing is agreed yet. */
export const heldUntil = ({ status, hold_until }: Reservation): string | null =>
  status === 'pending' ? (hold_until ?? null) : null;

/** The words and letters of looks, and what else is to be said in a word or two, by the clocks of a zone. */
export function useLookWords(zone: string) {
  const { t } = useTranslation();
  const formats = useFormats();
  return useMemo(() => {
    const clock = formats.clockOf(zone);
    return {
      look: (name: Look) =>
        isStatus(name) ? t(`reservations.statuses.${name}`) : t(`calendar.${name}`),
      letter: (name: Look) => t(`calendar.letters.${name}`),
      marks: (one: Reservation): string[] => {
        const until = heldUntil(one);
        return [
          ...(until ? [t('calendar.heldUntil', { at: clock(until) })] : []),
          ...(one.series_id ? [t('calendar.inSeries')] : []),
        ];
      },
    };
  }, [t, formats, zone]);
}
