import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { reservationsQuery } from '@/api/reservations';
import type { ReservationStatus } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import { type ListState, useListState } from '@/components/listState';
import { useOpenParam } from '@/components/openParam';
import { COUNTED_MAX, QueryTable } from '@/components/QueryTable';
import { SitePicker } from '@/components/SitePicker';
import { FileActions } from './FileActions';
import { type ReservationFilter, reservationFilters, wireQuery } from './queries';
import { ReservationDrawer } from './ReservationDrawer';
import styles from './reservations.module.css';
import { useReservationColumns } from './useReservationColumns';

const statuses: readonly ReservationStatus[] = [
  'pending',
  'confirmed',
  'completed',
  'cancelled',
  'expired',
  'no_show',
];

const NONE = Object.fromEntries(reservationFilters.map((name) => [name, undefined]));

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
            <ReservationFilterBar list={list} />
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

function ReservationFilterBar({ list }: { list: ListState<ReservationFilter> }) {
  const { t } = useTranslation();
  const { filters } = list;
  return (
    <Filters count={Object.keys(filters).length} onReset={() => list.setFilters(NONE)}>
      <FilterChoice
        label={t('reservations.filterStatus')}
        value={filters.status}
        onChange={(status) => list.setFilter('status', status)}
        options={statuses.map((value) => ({ value, label: t(`reservations.statuses.${value}`) }))}
      />
      <SitePicker
        tenantId={useTenantId()}
        className={styles.filter}
        label={t('reservations.filterSite')}
        placeholder={t('reservations.filterSite')}
        allowClear
        value={filters.site_id}
        onChange={(site) => list.setFilter('site_id', site)}
      />
    </Filters>
  );
}
