import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { WaitlistStatus } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import { type ListState, useListState } from '@/components/listState';
import { COUNTED_MAX, QueryTable } from '@/components/QueryTable';
import { SitePicker } from '@/components/SitePicker';
import { TabHead } from '@/components/TabHead';
import styles from './reservations.module.css';
import { useWaitlistColumns } from './useWaitlistColumns';
import { type WaitlistFilter, waitlistFilters, waitlistQuery } from './waitlistQueries';

const statuses: readonly WaitlistStatus[] = [
  'waiting',
  'offered',
  'claimed',
  'lapsed',
  'expired',
  'cancelled',
];

const NONE = Object.fromEntries(waitlistFilters.map((name) => [name, undefined]));

/** Who waits for a bay or is offered one, the one who asked first first. */
export default function WaitlistPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const list = useListState<WaitlistFilter>(waitlistFilters);
  const query = useQuery(waitlistQuery(useTenantId(), list.query));
  const columns = useWaitlistColumns(query.data?.is_cross_tenant ?? false);
  return (
    <>
      <TabHead intro={t('waitlist.intro')} />
      <QueryTable
        label={t('waitlist.title')}
        query={query}
        countedMax={COUNTED_MAX}
        rows={(data) => data.waitlist}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        filters={<WaitlistFilterBar list={list} />}
        isRowMuted={({ status }) => status !== 'waiting' && status !== 'offered'}
        empty={
          <EmptyState
            title={t('waitlist.emptyTitle')}
            text={t('waitlist.emptyText')}
            action={
              <Button type="primary" onClick={() => void navigate(paths.newReservation())}>
                {t('booking.begin')}
              </Button>
            }
          />
        }
      />
    </>
  );
}

function WaitlistFilterBar({ list }: { list: ListState<WaitlistFilter> }) {
  const { t } = useTranslation();
  const { filters } = list;
  return (
    <Filters count={Object.keys(filters).length} onReset={() => list.setFilters(NONE)}>
      <FilterChoice
        label={t('waitlist.filterStatus')}
        value={filters.status}
        onChange={(status) => list.setFilter('status', status)}
        options={statuses.map((value) => ({ value, label: t(`waitlist.statuses.${value}`) }))}
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
