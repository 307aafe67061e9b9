import { useQuery } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { baysQuery } from '@/api/estate';
import { pollEvery } from '@/api/live';
import type { Site, Space } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { useListState } from '@/components/listState';
import { useIsNarrow } from '@/components/mediaQuery';
import { useFromNow } from '@/components/now';
import { useOpenParam } from '@/components/openParam';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SearchField } from '@/components/SearchField';
import { SitePicker } from '@/components/SitePicker';
import { Agenda } from './Agenda';
import { BayFilterBar } from './BayFilterBar';
import { BookingDrawer } from './BookingDrawer';
import { CalendarSheet } from './CalendarSheet';
import { type BayFilter, bayFilters, fittingBays, type Shown, useShown } from './calendarView';
import { DayPicker } from './DayPicker';
import { ReservationDrawer } from './ReservationDrawer';
import type { Wish } from './spans';
import { MINUTE_MS } from './timeAxis';
import styles from './tools.module.css';
import { ZoneName } from './ZoneName';

const REFRESH_MS = 60_000;
const NOTHING: readonly Space[] = [];

type Props = { site: Site; onSite: (siteId: string | undefined) => void };

/** The calendar of one site; on a phone a day of it in the order of time. */
export function Calendar({ site, onSite }: Props) {
  const { t } = useTranslation();
  const isNarrow = useIsNarrow();
  const list = useListState<BayFilter>(bayFilters);
  const minute = useFromNow((now) => Math.floor(now / MINUTE_MS));
  const shown = useShown(site.timezone, minute * MINUTE_MS);
  const query = useQuery({
    ...baysQuery(useTenantId(), { site_id: site.id }),
    refetchInterval: pollEvery(REFRESH_MS),
  });
  const bays = query.data?.spaces ?? NOTHING;
  const { level_id, zone_id, kind, q } = list.query;
  const wanted = useMemo(
    () =>
      fittingBays(bays, {
        ...(level_id && { level_id }),
        ...(zone_id && { zone_id }),
        ...(kind && { kind }),
        ...(q && { q }),
      }),
    [bays, level_id, zone_id, kind, q],
  );
  const [openId, setOpenId] = useOpenParam('reservation');
  const [wish, setWish] = useState<Wish | null>(null);
  const Body = isNarrow ? Agenda : CalendarSheet;

  return (
    <>
      <Tools site={site} onSite={onSite} list={list} shown={shown} isNarrow={isNarrow} />
      {query.isPending && <PageSkeleton />}
      {query.error && !query.data && (
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && bays.length === 0 && (
        <EmptyState title={t('operations.noBaysTitle')} text={t('calendar.noBaysText')} />
      )}
      {bays.length > 0 && wanted.length === 0 && (
        <EmptyState
          title={t('table.noHits')}
          text={t('operations.noHitsText')}
          action={<Button onClick={list.clear}>{t('table.clearFilters')}</Button>}
        />
      )}
      {wanted.length > 0 && (
        <Body
          site={site}
          shown={shown}
          bays={bays}
          wanted={wanted}
          openId={openId}
          onOpen={setOpenId}
          onCreate={setWish}
        />
      )}
      <ReservationDrawer reservationId={openId} onClose={() => setOpenId(null)} />
      <BookingDrawer site={site} wish={wish} onClose={() => setWish(null)} />
    </>
  );
}

type ToolsProps = Props & {
  list: ReturnType<typeof useListState<BayFilter>>;
  shown: Shown;
  isNarrow: boolean;
};

/** Which site, which days, which bays; and by whose clocks. */
function Tools({ site, onSite, list, shown, isNarrow }: ToolsProps) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const { date, today, view, setDate, setView } = shown;
  return (
    <div className={styles.tools}>
      <div className={styles.toolRow}>
        <SitePicker
          tenantId={tenantId}
          className={styles.site}
          label={t('operations.site')}
          value={site.id}
          onChange={onSite}
        />
        <DayPicker date={date} today={today} view={isNarrow ? 'day' : view} onDate={setDate} />
        {!isNarrow && (
          <Segmented
            aria-label={t('calendar.view')}
            value={view}
            onChange={setView}
            options={[
              { value: 'day', label: t('calendar.oneDay') },
              { value: 'week', label: t('calendar.oneWeek') },
            ]}
          />
        )}
        <ZoneName zone={site.timezone} date={date} />
      </div>
      <div className={styles.toolRow}>
        <SearchField
          label={t('calendar.search')}
          value={list.query.q ?? ''}
          onSearch={list.setSearch}
        />
        <BayFilterBar list={list} siteId={site.id} />
      </div>
    </div>
  );
}
