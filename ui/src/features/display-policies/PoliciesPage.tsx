import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DisplayPolicy, PolicySettings } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import { GatedButton } from '@/components/GatedButton';
import { PlusOutlined } from '@/components/icons';
import { Lamp } from '@/components/Lamp';
import { useListState } from '@/components/listState';
import { Moment } from '@/components/Moment';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { type Column, QueryTable } from '@/components/QueryTable';
import { SitePicker } from '@/components/SitePicker';
import { StatusTag } from '@/components/StatusTag';
import { ActivateDialog } from './ActivateDialog';
import { PolicyActions } from './PolicyActions';
import { PolicyEditor } from './PolicyEditor';
import styles from './policies.module.css';
import { type PolicyFilter, policiesQuery, policyFilters, standardQuery } from './queries';
import { coloured } from './values';

/** What lamps show: the policies of the tenant, and the standard where none is active. */
export default function PoliciesPage() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const refusal = useEstateRefusal('displays:manage');
  const list = useListState<PolicyFilter>(policyFilters);
  const query = useQuery(policiesQuery(tenantId, list.query));
  const standard = useQuery(standardQuery(tenantId)).data;
  const [editId, setEditId] = useOpenParam('policy');
  const [activateId, setActivateId] = useOpenParam('activate');
  const columns = useColumns(query.data?.is_cross_tenant ?? false, setEditId, setActivateId);

  return (
    <>
      <PageHeader
        title={t('displayPolicies.title')}
        intro={t('displayPolicies.intro')}
        actions={
          <GatedButton
            type="primary"
            icon={<PlusOutlined />}
            isAllowed={refusal === null}
            reason={refusal ?? ''}
            onClick={() => setEditId('new')}
          >
            {t('displayPolicies.create')}
          </GatedButton>
        }
      />
      <QueryTable
        label={t('displayPolicies.title')}
        query={query}
        rows={(data) => data.display_policies}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        searchLabel={t('displayPolicies.search')}
        filters={
          <Filters
            count={Object.keys(list.filters).length}
            onReset={() => list.setFilters({ is_active: undefined, site_id: undefined })}
          >
            <SitePicker
              tenantId={tenantId}
              className={styles.filter ?? ''}
              allowClear
              label={t('spaces.filterSite')}
              placeholder={t('spaces.filterSite')}
              {...(list.filters.site_id ? { value: list.filters.site_id } : {})}
              onChange={(site) => list.setFilter('site_id', site)}
            />
            <FilterChoice
              label={t('displayPolicies.filterActive')}
              value={list.filters.is_active}
              onChange={(active) => list.setFilter('is_active', active)}
              options={[
                { value: 'true', label: t('displayPolicies.active') },
                { value: 'false', label: t('displayPolicies.inactive') },
              ]}
            />
          </Filters>
        }
        empty={
          <EmptyState
            title={t('displayPolicies.emptyTitle')}
            text={t('displayPolicies.emptyText')}
          />
        }
      />
      {standard && (
        <div className={styles.standard}>
          <Panel title={t('displayPolicies.standard')} intro={t('displayPolicies.standardText')}>
            <LampRow settings={standard.settings} isNamed />
          </Panel>
        </div>
      )}
      <PolicyEditor
        policyId={refusal && editId === 'new' ? null : editId}
        refusal={refusal}
        onClose={() => setEditId(null)}
      />
      <ActivateDialog policyId={refusal ? null : activateId} onClose={() => setActivateId(null)} />
    </>
  );
}

/** The lamps of a policy side by side. */
function LampRow({ settings, isNamed = false }: { settings: PolicySettings; isNamed?: boolean }) {
  const { t } = useTranslation();
  return (
    <ul className={isNamed ? styles.named : styles.row} aria-label={t('displayPolicies.lamps')}>
      {coloured.map((state) => (
        <li key={state}>
          <Lamp
            state={state}
            color={settings[`${state}_color`]}
            blinkMs={
              state === 'reserved_soon' && settings.blink_reserved_soon
                ? settings.blink_pattern_ms
                : null
            }
          />
          <span className={isNamed ? undefined : styles.spoken}>{t(`lamps.states.${state}`)}</span>
        </li>
      ))}
    </ul>
  );
}

function useColumns(
  isCrossTenant: boolean,
  onEdit: (id: string) => void,
  onActivate: (id: string) => void,
): Column<DisplayPolicy>[] {
  const { t } = useTranslation();
  const tenant: Column<DisplayPolicy> = {
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
      render: ({ id, name, description }) => (
        <>
          <button
            type="button"
            className={styles.open}
            aria-label={t('displayPolicies.open', { name })}
            onClick={() => onEdit(id)}
          >
            {name}
          </button>
          {description && <span className={styles.second}>{description}</span>}
        </>
      ),
    },
    ...(isCrossTenant ? [tenant] : []),
    {
      key: 'scope',
      title: t('displayPolicies.scope'),
      render: ({ site_name }) => site_name ?? t('displayPolicies.allSites'),
    },
    {
      key: 'lamps',
      title: t('displayPolicies.lamps'),
      render: ({ settings }) => <LampRow settings={settings} />,
    },
    {
      key: 'active',
      title: t('fields.status'),
      render: ({ is_active }) => (
        <StatusTag tone={is_active ? 'good' : 'quiet'}>
          {is_active ? t('displayPolicies.active') : t('displayPolicies.inactive')}
        </StatusTag>
      ),
    },
    {
      key: 'updated',
      title: t('displayPolicies.updated'),
      sort: 'updated_at',
      render: ({ updated_at }) => <Moment at={updated_at} />,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (policy) => <PolicyActions policy={policy} onEdit={onEdit} onActivate={onActivate} />,
    },
  ];
}
