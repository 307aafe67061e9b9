import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { ReservationSeries } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { Filters } from '@/components/Filters';
import { useFormats } from '@/components/format';
import { useListState } from '@/components/listState';
import { type Column, QueryTable } from '@/components/QueryTable';
import { SitePicker } from '@/components/SitePicker';
import { StatusTag } from '@/components/StatusTag';
import reservations from './reservations.module.css';
import styles from './series.module.css';
import { type SeriesFilter, seriesFilters, seriesListQuery } from './seriesQueries';
import { useRuleWords } from './useRuleWords';

const NONE = Object.fromEntries(seriesFilters.map((name) => [name, undefined]));

/** What repeats: by which rule, when next, and how often still. */
export default function SeriesListPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const tenantId = useTenantId();
  const list = useListState<SeriesFilter>(seriesFilters);
  const { q: _, ...asked } = list.query;
  const query = useQuery(seriesListQuery(tenantId, asked));
  const columns = useColumns(query.data?.is_cross_tenant ?? false);
  return (
    <QueryTable
      label={t('series.title')}
      query={query}
      rows={(data) => data.series}
      rowKey={({ id }) => id}
      columns={columns}
      list={list}
      filters={
        <Filters count={Object.keys(list.filters).length} onReset={() => list.setFilters(NONE)}>
          <SitePicker
            tenantId={tenantId}
            className={reservations.filter ?? ''}
            label={t('reservations.filterSite')}
            placeholder={t('reservations.filterSite')}
            allowClear
            {...(list.filters.site_id && { value: list.filters.site_id })}
            onChange={(site) => list.setFilter('site_id', site)}
          />
        </Filters>
      }
      isRowMuted={({ occurrences_ahead }) => occurrences_ahead === 0}
      empty={
        <EmptyState
          title={t('series.emptyTitle')}
          text={t('series.emptyText')}
          action={
            <Button type="primary" onClick={() => void navigate(paths.newReservation())}>
              {t('booking.begin')}
            </Button>
          }
        />
      }
    />
  );
}

function useColumns(isCrossTenant: boolean): Column<ReservationSeries>[] {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useRuleWords();
  const tenant: Column<ReservationSeries> = {
    key: 'tenant',
    title: t('estate.tenant'),
    render: ({ tenant_name }) => tenant_name,
  };
  return [
    {
      key: 'rule',
      title: t('series.repeats'),
      isPrimary: true,
      render: ({ id, rule, start_time, timezone }) => (
        <Link to={paths.series(id)} className={styles.rule ?? ''}>
          {words.rule(rule, start_time, timezone)}
        </Link>
      ),
    },
    {
      key: 'code',
      title: t('reservations.bay'),
      sort: 'code',
      render: ({ space_id, space_code }) => <Link to={paths.bay(space_id)}>{space_code}</Link>,
    },
    {
      key: 'next',
      title: t('series.next'),
      render: (series) => <Next series={series} />,
    },
    {
      key: 'ahead',
      title: t('series.ahead'),
      render: ({ occurrences_ahead, occurrences_total }) =>
        t('series.aheadOf', {
          ahead: formats.number(occurrences_ahead),
          total: formats.number(occurrences_total),
        }),
    },
    ...(isCrossTenant ? [tenant] : []),
    {
      key: 'site',
      title: t('reservations.site'),
      render: ({ site_id, site_name }) => <Link to={paths.site(site_id)}>{site_name}</Link>,
    },
  ];
}

/** When it is next by the clocks of the site, which are named; or that nothing is left of it. */
function Next({ series }: { series: ReservationSeries }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { timezone, cancelled_at, next_start_time } = series;
  if (!next_start_time) {
    return (
      <StatusTag tone="quiet">{cancelled_at ? t('series.calledOff') : t('series.over')}</StatusTag>
    );
  }
  return (
    <>
      {formats.instantIn(timezone, next_start_time)}
      <span className={styles.second}>{timezone.replace(/_/g, ' ')}</span>
    </>
  );
}
