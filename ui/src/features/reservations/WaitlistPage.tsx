import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { WaitlistStatus } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { useListState } from '@/components/listState';
import { COUNTED_MAX, QueryTable } from '@/components/QueryTable';
import { TabHead } from '@/components/TabHead';
import { type ReservationFilter, reservationFilters } from './queries';
import { StatusFilterBar } from './StatusFilterBar';
import { useWaitlistColumns } from './useWaitlistColumns';
import { waitlistQuery } from './waitlistQueries';

const statuses: readonly WaitlistStatus[] = [
  'waiting',
  'offered',
  'claimed',
  'lapsed',
  'expired',
  'cancelled',
];

/** Who waits for a bay or is offered one, the one who asked first first. */
export default function WaitlistPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const list = useListState<ReservationFilter>(reservationFilters);
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
        filters={
          <StatusFilterBar
            list={list}
            label={t('waitlist.filterStatus')}
            statuses={statuses.map((value) => ({ value, label: t(`waitlist.statuses.${value}`) }))}
          />
        }
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
