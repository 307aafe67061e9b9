import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { attentionKinds, deviceRoles, lifecycles, useDeviceWords } from '@/components/devices';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import type { ListState } from '@/components/listState';
import { ModelPicker } from '@/components/ModelPicker';
import { SitePicker } from '@/components/SitePicker';
import styles from './devices.module.css';
import { type DeviceFilter, deviceFilters } from './queries';

const NONE = Object.fromEntries(deviceFilters.map((name) => [name, undefined]));

/** `assigned_only` and `unassigned_only` say the same as `status`, for programs that link here. */
export function statusOf(filters: Partial<Record<DeviceFilter, string>>): string | undefined {
  if (filters.status) return filters.status;
  if (filters.assigned_only === 'true') return 'assigned';
  return filters.unassigned_only === 'true' ? 'unassigned' : undefined;
}

export function DeviceFilterBar({ list }: { list: ListState<DeviceFilter> }) {
  const { t } = useTranslation();
  const words = useDeviceWords();
  const tenantId = useTenantId();
  const { filters } = list;
  const picker = { tenantId, className: styles.filter ?? '', allowClear: true };
  return (
    <Filters count={Object.keys(filters).length} onReset={() => list.setFilters(NONE)}>
      <FilterChoice
        label={t('devices.filterStatus')}
        value={statusOf(filters)}
        onChange={(status) =>
          list.setFilters({ status, assigned_only: undefined, unassigned_only: undefined })
        }
        options={[
          { value: 'assigned', label: t('devices.statuses.assigned') },
          { value: 'unassigned', label: t('devices.statuses.unassigned') },
        ]}
      />
      <FilterChoice
        label={t('devices.filterType')}
        value={filters.device_type}
        onChange={(type) => list.setFilter('device_type', type)}
        options={deviceRoles.map((value) => ({ value, label: words.role(value) }))}
      />
      <SitePicker
        {...picker}
        label={t('spaces.filterSite')}
        placeholder={t('spaces.filterSite')}
        {...(filters.site_id ? { value: filters.site_id } : {})}
        onChange={(site) => list.setFilter('site_id', site)}
      />
      <ModelPicker
        {...picker}
        label={t('devices.filterModel')}
        placeholder={t('devices.filterModel')}
        {...(filters.model ? { value: filters.model } : {})}
        onChange={(model) => list.setFilter('model', model)}
      />
      <FilterChoice
        label={t('devices.filterStage')}
        value={filters.lifecycle}
        onChange={(stage) => list.setFilter('lifecycle', stage)}
        options={lifecycles.map((value) => ({ value, label: words.stage(value) }))}
      />
      <FilterChoice
        label={t('devices.filterAttention')}
        value={filters.attention}
        onChange={(kind) => list.setFilter('attention', kind)}
        options={attentionKinds.map((value) => ({ value, label: words.attention(value) }))}
      />
      <FilterChoice
        label={t('devices.filterArchived')}
        value={filters.archived}
        onChange={(archived) => list.setFilter('archived', archived)}
        options={[{ value: 'true', label: t('devices.archivedOnly') }]}
      />
    </Filters>
  );
}
