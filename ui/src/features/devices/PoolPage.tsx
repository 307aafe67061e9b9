import { useQuery } from '@tanstack/react-query';
import { Alert, Skeleton, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { TenantPool } from '@/api/types';
import { paths } from '@/app/paths';
import { useMe } from '@/app/session/me';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { useIsNarrow } from '@/components/mediaQuery';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column } from '@/components/QueryTable';
import { RowCards } from '@/components/RowCards';
import { SearchField } from '@/components/SearchField';
import styles from './devices.module.css';
import { poolQuery } from './queries';

/** Who has how many devices. All customers come at once, so they are searched and sorted here. */
export default function PoolPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const me = useMe();
  const query = useQuery(poolQuery(useTenantId()));
  const [search, setSearch] = useState('');
  const totals = query.data?.totals;
  const found = (query.data?.tenants ?? []).filter(({ name }) =>
    name.toLowerCase().includes(search.trim().toLowerCase()),
  );
  return (
    <>
      <PageHeader
        title={t('pool.title')}
        intro={t('pool.intro')}
        actions={
          me.tenant.kind === 'platform' && <Link to={paths.devices()}>{t('pool.toDevices')}</Link>
        }
      />
      {me.tenant.kind !== 'platform' && (
        <Alert type="info" showIcon className={styles.alert} title={t('pool.elsewhere')} />
      )}
      <Panel title={t('pool.totals')} extra={<DataAge query={query} />}>
        {query.isPending && <Skeleton active title={false} paragraph={{ rows: 1 }} />}
        {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
        {totals && (
          <dl className={styles.totals}>
            {[
              [t('pool.total'), totals.total],
              [t('devices.statuses.assigned'), totals.assigned],
              [t('devices.statuses.unassigned'), totals.unassigned],
              [t('sites.sensors'), totals.by_type.sensor],
              [t('sites.displays'), totals.by_type.display],
              [t('pool.other'), totals.by_type.other],
            ].map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{formats.number(Number(value))}</dd>
              </div>
            ))}
          </dl>
        )}
      </Panel>
      {query.data && (
        <section className={styles.poolTable} aria-label={t('pool.byTenant')}>
          <div className={styles.poolTools}>
            <SearchField label={t('pool.search')} value={search} onSearch={setSearch} />
          </div>
          {found.length === 0 ? (
            <EmptyState title={t('table.noHits')} text={t('table.noHitsText')} />
          ) : (
            <PoolTable tenants={found} />
          )}
        </section>
      )}
    </>
  );
}

type Count = { key: string; title: string; of: (pool: TenantPool) => number };

function PoolTable({ tenants }: { tenants: TenantPool[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const isNarrow = useIsNarrow();
  const counts: Count[] = [
    { key: 'total', title: t('pool.total'), of: ({ total }) => total },
    { key: 'assigned', title: t('devices.statuses.assigned'), of: ({ assigned }) => assigned },
    { key: 'unassigned', title: t('devices.statuses.unassigned'), of: (pool) => pool.unassigned },
    { key: 'sensor', title: t('sites.sensors'), of: ({ by_type }) => by_type.sensor },
    { key: 'display', title: t('sites.displays'), of: ({ by_type }) => by_type.display },
    { key: 'other', title: t('pool.other'), of: ({ by_type }) => by_type.other },
  ];
  const name = ({ tenant_id, name: called }: TenantPool) => (
    <Link to={paths.tenant(tenant_id)} className={styles.link}>
      {called}
    </Link>
  );
  if (isNarrow) {
    const columns: Column<TenantPool>[] = [
      { key: 'name', title: t('estate.tenant'), isPrimary: true, render: name },
      ...counts.map(({ key, title, of }) => ({
        key,
        title,
        render: (pool: TenantPool) => formats.number(of(pool)),
      })),
    ];
    return <RowCards rows={tenants} rowKey={({ tenant_id }) => tenant_id} columns={columns} />;
  }
  return (
    <Table<TenantPool>
      aria-label={t('pool.byTenant')}
      dataSource={tenants}
      rowKey="tenant_id"
      size="small"
      showSorterTooltip={false}
      pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
      columns={[
        {
          key: 'name',
          title: t('estate.tenant'),
          rowScope: 'row',
          sorter: (one, other) => one.name.localeCompare(other.name),
          render: (_value, pool) => name(pool),
        },
        ...counts.map(({ key, title, of }) => ({
          key,
          title,
          align: 'right' as const,
          sorter: (one: TenantPool, other: TenantPool) => of(one) - of(other),
          render: (_value: unknown, pool: TenantPool) => formats.number(of(pool)),
        })),
      ]}
    />
  );
}
