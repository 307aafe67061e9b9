import { useTranslation } from 'react-i18next';
import type { ReservationStatus } from '@/api/types';
import { StatusTag, type Tone } from './StatusTag';

const tones: Record<ReservationStatus, Tone> = {
  pending: 'waiting',
  confirmed: 'good',
  completed: 'quiet',
  cancelled: 'quiet',
  expired: 'quiet',
  no_show: 'warning',
};

/** Where a reservation stands. */
export function ReservationStatusTag({ status }: { status: ReservationStatus }) {
  const { t } = useTranslation();
  return <StatusTag tone={tones[status]}>{t(`reservations.statuses.${status}`)}</StatusTag>;
}
