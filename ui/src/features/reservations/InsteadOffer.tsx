import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Reservation, ReservationMoment } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { GatedButton } from '@/components/GatedButton';
import { useToast } from '@/components/toast';
import { useChangeReservation } from './calendarQueries';
import { historyQuery } from './queries';
import styles from './reservations.module.css';

type Bay = { space_id: string; space_code: string };

/** The bay that was free when somebody was found standing in this one. */
export function insteadOf(change: ReservationMoment): Bay | null {
  const { instead } = change.evidence as { instead?: Bay | null };
  return change.kind === 'contested' && instead ? instead : null;
}

/** Where a reservation can go whose bay somebody else stands in; the server says whether it is still free. */
export function InsteadOffer({ reservation }: { reservation: Reservation }) {
  const { t } = useTranslation();
  const toast = useToast();
  const refusal = useEstateRefusal('reservations:book');
  const change = useChangeReservation();
  const { id, status, contested_at, checked_in_at, space_id, space_code, end_time } = reservation;
  const isInTheWay =
    status === 'confirmed' && !!contested_at && !checked_in_at && Date.parse(end_time) > Date.now();
  const history = useQuery({ ...historyQuery(useTenantId(), id), enabled: isInTheWay });
  const offers = history.data?.changes.flatMap((one) => insteadOf(one) ?? []) ?? [];
  const bay = offers.find((offer) => offer.space_id !== space_id);
  if (!isInTheWay || !bay) return null;
  const code = bay.space_code;
  const move = () =>
    change.mutate(
      { id, body: { space_id: bay.space_id } },
      {
        onSuccess: () =>
          toast.undoable(t('reservations.tookInstead', { code, from: space_code }), () =>
            change.mutateAsync({ id, body: { space_id } }),
          ),
        onError: toast.failed,
      },
    );
  return (
    <div className={styles.instead}>
      <GatedButton
        type="primary"
        isAllowed={refusal === null}
        reason={refusal ?? ''}
        loading={change.isPending}
        onClick={move}
      >
        {t('reservations.takeInstead', { code })}
      </GatedButton>
    </div>
  );
}
