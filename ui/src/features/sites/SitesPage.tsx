import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Site } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { Filters } from '@/components/Filters';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { EnvironmentOutlined, PlusOutlined } from '@/components/icons';
import { type ListState, useListState } from '@/components/listState';
import { Age } from '@/components/Moment';
import { OccupancyBar } from '@/components/OccupancyBar';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { type Column, QueryTable } from '@/components/QueryTable';
import { StatusTag } from '@/components/StatusTag';
import { countryName } from './countries';
import { type SiteFilter, sitesQuery } from './queries';
import { SiteActions } from './SiteActions';
import { SiteDrawer } from './SiteDrawer';
import styles from './sites.module.css';

const FILTERS: readonly SiteFilter[] = ['is_active', 'deleted'];

export default function SitesPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const refusal = useEstateRefusal('sites:manage');
  const list = useListState(FILTERS);
  const query = useQuery(sitesQuery(useTenantId(), list.query));
  const [create, setCreate] = useOpenParam('create');
  const [editId, setEditId] = useOpenParam('edit');
  const columns = useColumns(query.data?.is_cross_tenant ?? false, setEditId);
  const isDeleted = list.filters.deleted === 'true';
  // Whoever follows a link to the form but may not use it gets the list.
  const drawer = refusal ? null : create ? 'new' : editId;

  const createButton = (
    <GatedButton
      type="primary"
      icon={<PlusOutlined />}
      isAllowed={refusal === null}
      reason={refusal ?? ''}
      onClick={() => setCreate('1')}
    >
      {t('sites.create')}
    </GatedButton>
  );

  return (
    <>
      <PageHeader
        title={t('sites.title')}
        intro={t('sites.intro')}
        actions={
          <>
            <Button icon={<EnvironmentOutlined />} onClick={() => void navigate(paths.siteMap())}>
              {t('map.open')}
            </Button>
            {createButton}
          </>
        }
      />
      <QueryTable
        label={t('sites.title')}
        query={query}
        rows={(data) => data.sites}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        searchLabel={t('sites.search')}
        isRowMuted={({ is_active }) => !is_active}
        filters={<SiteFilters list={list} />}
        empty={<EmptyState title={t('sites.emptyTitle')} text={t('sites.emptyText')} />}
        emptyFiltered={
          isDeleted && !list.query.q ? (
            <EmptyState title={t('sites.emptyDeletedTitle')} text={t('sites.emptyDeletedText')} />
          ) : undefined
        }
      />
      <SiteDrawer
        siteId={drawer}
        onClose={() => (create ? setCreate(null) : setEditId(null))}
        onCreated={({ id }) => void navigate(paths.site(id))}
      />
    </>
  );
}

function SiteFilters({ list }: { list: ListState<SiteFilter> }) {
  const { t } = useTranslation();
  const { filters } = list;
  return (
    <Filters
      count={Object.keys(filters).length}
      onReset={() => list.setFilters({ is_active: undefined, deleted: undefined })}
    >
      <Select
        aria-label={t('sites.filterActive')}
        placeholder={t('sites.filterActive')}
        className={styles.filter}
        allowClear
        value={filters.is_active}
        onChange={(value) => list.setFilter('is_active', value)}
        options={[
          { value: 'true', label: t('sites.active') },
          { value: 'false', label: t('sites.inactive') },
        ]}
      />
      <Select
        aria-label={t('sites.filterDeleted')}
        placeholder={t('sites.filterDeleted')}
        className={styles.filter}
        allowClear
        value={filters.deleted}
        onChange={(value) => list.setFilter('deleted', value)}
        options={[{ value: 'true', label: t('sites.deletedOnly') }]}
      />
    </Filters>
  );
}

function useColumns(isCrossTenant: boolean, onEdit: (id: string) => void): Column<Site>[] {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  const tenant: Column<Site> = {
    key: 'tenant',
    title: t('estate.tenant'),
    render: ({ tenant_name }) => tenant_name,
  };
  return [
    {
      key: 'name',
      title: t('fields.name'),
      sort: 'name',
      isPrimary: true,
      render: (site) => <NameCell site={site} />,
    },
    ...(isCrossTenant ? [tenant] : []),
    {
      key: 'city',
      title: t('sites.city'),
      sort: 'city',
      render: ({ city, country }) =>
        city || country ? (
          <>
            {city}
            {country && (
              <span className={styles.second}>{countryName(i18n.language, country)}</span>
            )}
          </>
        ) : (
          '–'
        ),
    },
    {
      key: 'timezone',
      title: t('sites.timezone'),
      render: ({ timezone }) => timezone.replace(/_/g, ' '),
    },
    {
      key: 'spaces',
      title: t('sites.spaces'),
      align: 'right',
      render: ({ stats }) => formats.number(stats?.spaces ?? 0),
    },
    {
      key: 'occupancy',
      title: t('sites.occupancy'),
      width: '28%',
      minWidth: 200,
      render: ({ stats }) => stats && <OccupancyBar counts={stats} />,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (site) => <SiteActions site={site} onEdit={onEdit} />,
    },
  ];
}

function NameCell({ site }: { site: Site }) {
  const { t } = useTranslation();
  return (
    <>
      <Link to={paths.site(site.id)} className={styles.link}>
        {site.name}
      </Link>{' '}
      {!site.is_active && <StatusTag tone="quiet">{t('sites.inactiveNotice')}</StatusTag>}
      {site.deleted_at && (
        <span className={styles.second}>
          {t('estate.deleted')} <Age at={site.deleted_at} />
        </span>
      )}
    </>
  );
}
