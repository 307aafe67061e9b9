import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Gateway } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { Eui } from '@/components/Eui';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import { GatedButton } from '@/components/GatedButton';
import { PlusOutlined } from '@/components/icons';
import { type ListState, useListState } from '@/components/listState';
import { Age } from '@/components/Moment';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { type Column, QueryTable } from '@/components/QueryTable';
import { SitePicker } from '@/components/SitePicker';
import { GatewayActions } from './GatewayActions';
import { GatewayDrawer } from './GatewayDrawer';
import { GatewayForm } from './GatewayForm';
import { GatewayStatusTag, gatewayStatuses } from './GatewayStatusTag';
import styles from './gateways.module.css';
import { type GatewayFilter, gatewayFilters, gatewaysQuery } from './queries';

export default function GatewaysPage() {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('devices:manage');
  const list = useListState<GatewayFilter>(gatewayFilters);
  const query = useQuery(gatewaysQuery(useTenantId(), list.query));
  const [create, setCreate] = useOpenParam('create');
  const [editId, setEditId] = useOpenParam('edit');
  const [openId, setOpenId] = useOpenParam('gateway');
  const columns = useColumns(query.data?.is_cross_tenant ?? false, setOpenId, setEditId);
  // Whoever follows a link to the form but may not use it gets the list.
  const formId = refusal ? null : create ? 'new' : editId;

  return (
    <>
      <PageHeader
        title={t('gateways.title')}
        intro={t('gateways.intro')}
        actions={
          <GatedButton
            type="primary"
            icon={<PlusOutlined />}
            isAllowed={refusal === null}
            reason={refusal ?? ''}
            onClick={() => setCreate('1')}
          >
            {t('gateways.create')}
          </GatedButton>
        }
      />
      <QueryTable
        label={t('gateways.title')}
        query={query}
        rows={(data) => data.gateways}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        searchLabel={t('gateways.search')}
        filters={<GatewayFilters list={list} />}
        empty={<EmptyState title={t('gateways.emptyTitle')} text={t('gateways.emptyText')} />}
      />
      <GatewayDrawer gatewayId={openId} onClose={() => setOpenId(null)} onEdit={setEditId} />
      <GatewayForm
        gatewayId={formId}
        onClose={() => (create ? setCreate(null) : setEditId(null))}
      />
    </>
  );
}

function GatewayFilters({ list }: { list: ListState<GatewayFilter> }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const { filters } = list;
  return (
    <Filters
      count={Object.keys(filters).length}
      onReset={() => list.setFilters({ status: undefined, site_id: undefined })}
    >
      <FilterChoice
        label={t('gateways.filterStatus')}
        value={filters.status}
        onChange={(status) => list.setFilter('status', status)}
        options={gatewayStatuses.map((value) => ({
          value,
          label: t(`gateways.statuses.${value}`),
        }))}
      />
      <SitePicker
        tenantId={tenantId}
        className={styles.filter ?? ''}
        allowClear
        label={t('spaces.filterSite')}
        placeholder={t('spaces.filterSite')}
        {...(filters.site_id ? { value: filters.site_id } : {})}
        onChange={(site) => list.setFilter('site_id', site)}
      />
    </Filters>
  );
}

function useColumns(
  isCrossTenant: boolean,
  onOpen: (id: string) => void,
  onEdit: (id: string) => void,
): Column<Gateway>[] {
  const { t } = useTranslation();
  const tenant: Column<Gateway> = {
    key: 'tenant',
    title: t('estate.tenant'),
    render: ({ tenant_name }) => tenant_name,
  };
  return [
    {
      key: 'name',
      title: t('gateways.one'),
      sort: 'name',
      isPrimary: true,
      minWidth: 220,
      render: ({ id, name, eui }) => (
        <>
          <button
            type="button"
            className={styles.open}
            aria-label={t('gateways.open', { name })}
            onClick={() => onOpen(id)}
          >
            {name}
          </button>
          <span className={styles.second}>
            <Eui eui={eui} what="EUI" />
          </span>
        </>
      ),
    },
    {
      key: 'status',
      title: t('fields.status'),
      render: ({ status }) => <GatewayStatusTag status={status} />,
    },
    {
      key: 'last_seen_at',
      title: t('devices.lastHeard'),
      sort: 'last_seen_at',
      render: ({ last_seen_at }) => (last_seen_at ? <Age at={last_seen_at} /> : '–'),
    },
    ...(isCrossTenant ? [tenant] : []),
    {
      key: 'site',
      title: t('spaces.site'),
      render: ({ site_id, site_name }) =>
        site_id ? <Link to={paths.site(site_id)}>{site_name}</Link> : '–',
    },
    {
      key: 'place',
      title: t('sites.coordinates'),
      render: ({ latitude, longitude }) =>
        typeof latitude === 'number' ? `${latitude}, ${longitude}` : '–',
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (gateway) => <GatewayActions gateway={gateway} onEdit={onEdit} />,
    },
  ];
}
