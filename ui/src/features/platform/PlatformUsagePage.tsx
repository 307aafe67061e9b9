import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { LimitedResource, TenantUsage } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { useListState } from '@/components/listState';
import { PageHeader } from '@/components/PageHeader';
import { type Column, QueryTable } from '@/components/QueryTable';
import { TenantMark } from '@/components/TenantMark';
import { useTierName } from '@/components/tiers';
import { UsageMeter } from '@/components/UsageMeter';
import styles from './platform.module.css';
import { platformUsageQuery, usageFilters } from './queries';

const resources: readonly LimitedResource[] = ['users', 'sites', 'spaces', 'devices', 'gateways'];

/** Every customer beside its limits, those nearest to one first. */
export default function PlatformUsagePage() {
  const { t } = useTranslation();
  const list = useListState(usageFilters);
  const query = useQuery(platformUsageQuery(useTenantId(), list.query));
  return (
    <>
      <PageHeader title={t('platformUsage.title')} intro={t('platformUsage.intro')} />
      <QueryTable
        label={t('platformUsage.title')}
        query={query}
        rows={(data) => data.tenants}
        rowKey={({ tenant_id }) => tenant_id}
        columns={useColumns()}
        list={list}
        searchLabel={t('tenants.search')}
        isRowMuted={({ status }) => status !== 'active'}
        filters={
          <Select
            className={styles.filter}
            aria-label={t('platformUsage.filter')}
            placeholder={t('platformUsage.filter')}
            allowClear
            value={list.filters.near_limit}
            onChange={(value) => list.setFilter('near_limit', value)}
            options={[{ value: 'true', label: t('platformUsage.nearLimit') }]}
          />
        }
        empty={<EmptyState title={t('tenants.emptyTitle')} text={t('tenants.emptyText')} />}
      />
    </>
  );
}

function useColumns(): Column<TenantUsage>[] {
  const { t } = useTranslation();
  const tierName = useTierName();
  return [
    {
      key: 'name',
      title: t('fields.name'),
      sort: 'name',
      isPrimary: true,
      render: ({ tenant_id, tenant_name, tier }) => (
        <span className={styles.name}>
          <TenantMark id={tenant_id} name={tenant_name} />
          <span>
            <Link to={paths.tenant(tenant_id)}>{tenant_name}</Link>
            <span className={styles.tier}>{tierName(tier as Parameters<typeof tierName>[0])}</span>
          </span>
        </span>
      ),
    },
    ...resources.map((resource) => meterColumn(resource, t)),
  ];
}

function meterColumn(resource: LimitedResource, t: TFunction): Column<TenantUsage> {
  const label = t(`usage.resources.${resource}`);
  return {
    key: resource,
    title: label,
    sort: resource,
    render: (tenant) => {
      const one = tenant.resources.find((found) => found.resource === resource);
      return (
        one && (
          <UsageMeter
            label={`${tenant.tenant_name}: ${label}`}
            used={one.used}
            max={one.max}
            isNearLimit={one.near_limit}
            isCompact
          />
        )
      );
    },
  };
}
