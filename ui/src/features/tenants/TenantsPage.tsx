import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Tenant } from '@/api/types';
import { paths } from '@/app/paths';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { PlusOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { Moment } from '@/components/Moment';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { type Column, QueryTable } from '@/components/QueryTable';
import { TenantMark } from '@/components/TenantMark';
import { useTierName } from '@/components/tiers';
import { CreateTenantDialog } from './CreateTenantDialog';
import { tenantFilters, tenantsQuery, tiersQuery } from './queries';
import { TenantActions } from './TenantActions';
import { TenantStatus } from './TenantStatus';
import styles from './tenants.module.css';

const statuses: readonly Tenant['status'][] = ['active', 'suspended', 'deleting'];

export default function TenantsPage() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const list = useListState(tenantFilters);
  const query = useQuery(tenantsQuery(tenantId, list.query));
  const tiers = useQuery(tiersQuery(tenantId));
  const mayManage = useCan('tenants:manage');
  const navigate = useNavigate();
  const [create, setCreate] = useOpenParam('create');
  const tierName = useTierName();
  return (
    <>
      <PageHeader
        title={t('tenants.title')}
        intro={t('tenants.intro')}
        actions={
          <GatedButton
            type="primary"
            icon={<PlusOutlined />}
            isAllowed={mayManage}
            reason={t('tenants.notAllowed')}
            onClick={() => setCreate('1')}
          >
            {t('tenants.create')}
          </GatedButton>
        }
      />
      <QueryTable
        label={t('tenants.title')}
        query={query}
        rows={(data) => data.tenants}
        rowKey={({ id }) => id}
        columns={useColumns()}
        list={list}
        searchLabel={t('tenants.search')}
        isRowMuted={({ status }) => status !== 'active'}
        filters={
          <>
            <Select
              className={styles.filter}
              aria-label={t('tenants.filterStatus')}
              placeholder={t('tenants.filterStatus')}
              allowClear
              value={list.filters.status}
              onChange={(status) => list.setFilter('status', status)}
              options={statuses.map((value) => ({ value, label: t(`tenants.statuses.${value}`) }))}
            />
            <Select
              className={styles.filter}
              aria-label={t('tenants.filterTier')}
              placeholder={t('tenants.filterTier')}
              allowClear
              value={list.filters.tier}
              onChange={(tier) => list.setFilter('tier', tier)}
              options={(tiers.data?.tiers ?? []).map(({ tier }) => ({
                value: tier,
                label: tierName(tier),
              }))}
            />
          </>
        }
        empty={<EmptyState title={t('tenants.emptyTitle')} text={t('tenants.emptyText')} />}
      />
      <CreateTenantDialog
        isOpen={mayManage && create === '1'}
        onClose={() => setCreate(null)}
        onCreated={({ id }) => void navigate(paths.tenant(id))}
      />
    </>
  );
}

function useColumns(): Column<Tenant>[] {
  const { t } = useTranslation();
  const tierName = useTierName();
  const formats = useFormats();
  return [
    {
      key: 'name',
      title: t('fields.name'),
      sort: 'name',
      isPrimary: true,
      render: ({ id, name, slug }) => (
        <span className={styles.name}>
          <TenantMark id={id} name={name} />
          <span>
            <Link to={paths.tenant(id)} className={styles.link}>
              {name}
            </Link>
            <code className={styles.slug}>{slug}</code>
          </span>
        </span>
      ),
    },
    {
      key: 'status',
      title: t('fields.status'),
      sort: 'status',
      render: ({ status }) => <TenantStatus status={status} />,
    },
    { key: 'tier', title: t('tenants.tier'), sort: 'tier', render: ({ tier }) => tierName(tier) },
    {
      key: 'users',
      title: t('usage.resources.users'),
      align: 'right',
      render: ({ usage, limits }) =>
        t('usage.ofMax', {
          used: formats.number(usage.users ?? 0),
          max: formats.number(limits.users),
        }),
    },
    {
      key: 'spaces',
      title: t('usage.resources.spaces'),
      align: 'right',
      render: ({ usage, limits }) =>
        t('usage.ofMax', {
          used: formats.number(usage.spaces ?? 0),
          max: formats.number(limits.spaces),
        }),
    },
    {
      key: 'created_at',
      title: t('tenants.created'),
      sort: 'created_at',
      render: ({ created_at }) => <Moment at={created_at} />,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (tenant) => <TenantActions tenant={tenant} />,
    },
  ];
}
