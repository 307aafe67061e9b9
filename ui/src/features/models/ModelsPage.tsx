import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DeviceModel } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { deviceRoles, useDeviceWords } from '@/components/devices';
import { EmptyState } from '@/components/EmptyState';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import { GatedButton } from '@/components/GatedButton';
import { Every } from '@/components/Health';
import { PlusOutlined } from '@/components/icons';
import { type ListState, useListState } from '@/components/listState';
import { useOpenParam } from '@/components/openParam';
import { type Column, QueryTable } from '@/components/QueryTable';
import { StatusTag } from '@/components/StatusTag';
import { TabHead } from '@/components/TabHead';
import { ModelActions } from './ModelActions';
import { ModelDrawer } from './ModelDrawer';
import { ModelForm } from './ModelForm';
import styles from './models.module.css';
import { type ModelFilter, modelFilters, modelsQuery } from './queries';
import { useModelWords } from './useModelWords';

/** What devices can be: the catalogue that comes with the product, and the tenant's own. */
export default function ModelsPage() {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('devices:manage');
  const list = useListState<ModelFilter>(modelFilters);
  const query = useQuery(modelsQuery(useTenantId(), list.query));
  const [create, setCreate] = useOpenParam('create_model');
  const [editId, setEditId] = useOpenParam('edit');
  const [openId, setOpenId] = useOpenParam('model');
  const columns = useColumns(query.data?.is_cross_tenant ?? false, setOpenId, setEditId);
  // Whoever follows a link to the form but may not use it gets the list.
  const formId = refusal ? null : create ? 'new' : editId;

  return (
    <>
      <TabHead intro={t('models.intro')}>
        <GatedButton
          icon={<PlusOutlined />}
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          onClick={() => setCreate('1')}
        >
          {t('models.create')}
        </GatedButton>
      </TabHead>
      <QueryTable
        label={t('models.title')}
        query={query}
        rows={(data) => data.models}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        searchLabel={t('models.search')}
        isDense
        filters={<ModelFilters list={list} />}
        empty={<EmptyState title={t('models.emptyTitle')} text={t('models.emptyText')} />}
      />
      <ModelDrawer modelId={openId} onClose={() => setOpenId(null)} />
      <ModelForm modelId={formId} onClose={() => (create ? setCreate(null) : setEditId(null))} />
    </>
  );
}

function ModelFilters({ list }: { list: ListState<ModelFilter> }) {
  const { t } = useTranslation();
  const words = useDeviceWords();
  const { filters } = list;
  return (
    <Filters
      count={Object.keys(filters).length}
      onReset={() => list.setFilters({ is_own: undefined, device_type: undefined })}
    >
      <FilterChoice
        label={t('devices.filterType')}
        value={filters.device_type}
        onChange={(type) => list.setFilter('device_type', type)}
        options={deviceRoles.map((value) => ({ value, label: words.role(value) }))}
      />
      <FilterChoice
        label={t('models.filterOwn')}
        value={filters.is_own}
        onChange={(own) => list.setFilter('is_own', own)}
        options={[
          { value: 'true', label: t('models.ownOnly') },
          { value: 'false', label: t('models.catalogueOnly') },
        ]}
      />
    </Filters>
  );
}

function useColumns(
  isCrossTenant: boolean,
  onOpen: (id: string) => void,
  onEdit: (id: string) => void,
): Column<DeviceModel>[] {
  const { t } = useTranslation();
  const words = useModelWords();
  const tenant: Column<DeviceModel> = {
    key: 'tenant',
    title: t('estate.tenant'),
    render: ({ tenant_name }) => tenant_name ?? t('models.catalogue'),
  };
  return [
    {
      key: 'name',
      title: t('devices.model'),
      sort: 'name',
      isPrimary: true,
      render: ({ id, vendor, name, is_own }) => (
        <>
          <button
            type="button"
            className={styles.open}
            aria-label={t('models.open', { name: `${vendor} ${name}` })}
            onClick={() => onOpen(id)}
          >
            {name}
          </button>
          {is_own && <StatusTag tone="waiting">{t('models.own')}</StatusTag>}
        </>
      ),
    },
    { key: 'vendor', title: t('models.vendor'), sort: 'vendor', render: ({ vendor }) => vendor },
    ...(isCrossTenant ? [tenant] : []),
    { key: 'use', title: t('models.use'), render: words.use },
    {
      key: 'abilities',
      title: t('models.abilities'),
      render: (model) => words.abilities(model).join(', ') || '–',
    },
    {
      key: 'class',
      title: t('models.class'),
      render: (model) => t('models.classLetter', { letter: model.class }),
    },
    {
      key: 'heartbeat',
      title: t('devices.heartbeat'),
      render: ({ heartbeat_seconds }) => <Every seconds={heartbeat_seconds} />,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (model) => (model.is_own ? <ModelActions model={model} onEdit={onEdit} /> : null),
    },
  ];
}
