import { useQuery } from '@tanstack/react-query';
import { Modal, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type { Reservation, ReservationOccurrence } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Version } from '@/components/useVersioned';
import { liesAhead } from './seriesChange';
import { reservationVersionQuery, type SeriesVersion, seriesVersionQuery } from './seriesQueries';

/** What a dialog about a series stands on: as it was when the dialog opened. */
export type Known = {
  series: SeriesVersion;
  /** One of its reservations: the one that is meant, or the next, which tells for whom they are. */
  reservation: Version<Reservation>;
  /** The one from which one came here. */
  one: ReservationOccurrence | undefined;
  onClose: () => void;
};

type Props = {
  title: string;
  seriesId: string;
  /** The reservation from which one came here; null if the series as a whole is meant. */
  reservationId: string | null;
  width?: number;
  onClose: () => void;
  children: (known: Known) => ReactNode;
};

/** A dialog around what is done to a series, or to one of its reservations. */
export function SeriesDialog({ title, seriesId, reservationId, width, onClose, children }: Props) {
  const tenantId = useTenantId();
  const series = useQuery(seriesVersionQuery(tenantId, seriesId));
  const all = series.data?.thing.occurrences ?? [];
  const next = all.find((one) => liesAhead(one, Date.now())) ?? all.at(-1);
  const id = reservationId ?? next?.reservation_id ?? '';
  const reservation = useQuery(reservationVersionQuery(tenantId, id));
  const one = all.find(({ reservation_id }) => reservation_id === reservationId);
  const failed = [series, reservation].find(({ error, data }) => error && !data);
  return (
    <Modal open title={title} onCancel={onClose} footer={null} width={width ?? 560}>
      {failed && <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />}
      {series.data && reservation.data
        ? children({ series: series.data, reservation: reservation.data, one, onClose })
        : !failed && <Skeleton active />}
    </Modal>
  );
}
