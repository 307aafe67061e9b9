import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { reservationsQuery } from '@/api/reservations';
import type { ReservationStatus } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { useListState } from '@/components/listState';
import { useOpenParam } from '@/components/openParam';
import { COUNTED_MAX, QueryTable } from '@/components/QueryTable';
import { FileActions } from './FileActions';
import { type ReservationFilter, reservationFilters, wireQuery } from './queries';
import { ReservationDrawer } from './ReservationDrawer';
import { StatusFilterBar } from './StatusFilterBar';
import { useReservationColumns } from './useReservationColumns';

const statuses: readonly ReservationStatus[] = [
  'pending',
  'confirmed',
  'completed',
  'cancelled',
  'expired',
  'no_show',
];

/** Who has which bay when, the one that begins last first. */
export default function ReservationsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const list = useListState<ReservationFilter>(reservationFilters);
  const query = useQuery(reservationsQuery(useTenantId(), wireQuery(list.query)));
  const [openId, setOpenId] = useOpenParam('reservation');
  const columns = useReservationColumns({
    isCrossTenant: query.data?.is_cross_tenant ?? false,
    onOpen: setOpenId,
  });
  return (
    <>
      <QueryTable
        label={t('reservations.title')}
        query={query}
        countedMax={COUNTED_MAX}
        rows={(data) => data.reservations}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        searchLabel={t('reservations.search')}
        filters={
          <>
            <StatusFilterBar
              list={list}
              label={t('reservations.filterStatus')}
              statuses={statuses.map((value) => ({
                value,
                label: t(`reservations.statuses.${value}`),
              }))}
            />
            <FileActions query={wireQuery(list.query)} />
          </>
        }
        isRowMuted={({ status }) => status !== 'pending' && status !== 'confirmed'}
        empty={
          <EmptyState
            title={t('reservations.emptyTitle')}
            text={t('reservations.emptyText')}
            action={
              <Button type="primary" onClick={() => void navigate(paths.calendar())}>
                {t('reservations.toCalendar')}
              </Button>
            }
          />
        }
      />
      <ReservationDrawer reservationId={openId} onClose={() => setOpenId(null)} />
    </>
  );
}
