import type { UseQueryResult } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Dashboard as Figures } from '@/api/types';
import { paths } from '@/app/paths';
import { DataAge } from '@/components/DataAge';
import { useFormats } from '@/components/format';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { AlarmsPanel } from './AlarmsPanel';
import { AttentionPanel } from './AttentionPanel';
import { GatewaysPanel } from './GatewaysPanel';
import styles from './home.module.css';
import { RecentPanel } from './RecentPanel';
import { SiteBars } from './SiteBars';
import { SystemState } from './SystemState';

/** What the tenant has, how full it is, what somebody should look at, and what happened. */
export function Dashboard({ query }: { query: UseQueryResult<Figures> }) {
  const { t } = useTranslation();
  if (query.error && !query.data) {
    return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  }
  const data = query.data;
  if (!data) return <Skeleton active title={false} paragraph={{ rows: 8 }} />;
  return (
    <>
      <div className={styles.age}>
        <SystemState system={data.system} />
        {/* The age of the figures, which the server may have kept, and not of their arrival. */}
        <DataAge
          query={{
            dataUpdatedAt: Date.parse(data.as_of),
            isFetching: query.isFetching,
            isRefetchError: query.isRefetchError,
            refetch: query.refetch,
          }}
        />
      </div>
      <Tiles data={data} />
      <div className={styles.columns}>
        <div className={styles.wide}>
          <Panel title={t('dashboard.occupancy')}>
            <SiteBars data={data} />
          </Panel>
          <AlarmsPanel data={data} />
          <AttentionPanel data={data} />
        </div>
        <div className={styles.wide}>
          <GatewaysPanel data={data} />
          <RecentPanel data={data} />
        </div>
      </div>
    </>
  );
}

/** The figures to glance at, each a way to what it counts. */
function Tiles({ data }: { data: Figures }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { occupancy, devices, gateways, counts } = data;
  const tiles = [
    {
      key: 'sites',
      path: paths.sites(),
      number: counts.sites ?? 0,
      words: t('dashboard.tiles.sites', { count: counts.sites ?? 0 }),
    },
    {
      key: 'free',
      path: paths.spaces({ state: 'free' }),
      number: occupancy.free,
      words: t('dashboard.tiles.free', { total: formats.number(occupancy.total) }),
    },
    {
      key: 'devices',
      path: paths.devices(),
      number: devices.total,
      words: t('dashboard.tiles.devices', { assigned: formats.number(devices.assigned) }),
    },
    {
      key: 'gateways',
      path: paths.gateways({ status: 'online' }),
      number: gateways.online,
      words: t('dashboard.tiles.gateways', { total: formats.number(gateways.total) }),
    },
  ];
  return (
    <section aria-label={t('dashboard.figures')} className={styles.figures}>
      {tiles.map(({ key, path, number, words }) => (
        <Link key={key} to={path} className={styles.figure}>
          <span className={styles.number}>{formats.number(number)}</span>
          <span>{words}</span>
        </Link>
      ))}
    </section>
  );
}
