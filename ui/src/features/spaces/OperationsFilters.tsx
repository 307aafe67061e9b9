import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { levelsQuery, zonesQuery } from '@/api/estate';
import { useTenantId } from '@/app/session/useSession';
import { bayKinds, spaceStateNames, useBayWords } from '@/components/bays';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import type { ListState } from '@/components/listState';
import { SearchField } from '@/components/SearchField';
import { SitePicker } from '@/components/SitePicker';
import { SpaceStateTag } from '@/components/SpaceStateTag';
import styles from './operations.module.css';
import { type OperationFilter, operationFilters } from './operationsView';

const NONE = Object.fromEntries(operationFilters.map((name) => [name, undefined]));

type Props = {
  list: ListState<OperationFilter>;
  siteId: string | null;
  /** A plan chooses its level by itself. */
  isPlan: boolean;
  hasOthers: boolean;
  onSite: (siteId: string | undefined) => void;
  age: ReactNode;
};

/** Which site, and which of its bays. */
export function OperationsFilters({ list, siteId, isPlan, hasOthers, onSite, age }: Props) {
  const { t } = useTranslation();
  const words = useBayWords();
  const tenantId = useTenantId();
  const { filters } = list;
  const levels = useQuery(levelsQuery(tenantId, siteId ?? '')).data?.levels ?? [];
  const zones = useQuery(zonesQuery(tenantId, siteId ?? '')).data?.zones ?? [];
  const named = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
  return (
    <div className={styles.tools}>
      {hasOthers && (
        <SitePicker
          tenantId={tenantId}
          className={styles.site}
          label={t('operations.site')}
          placeholder={t('operations.allSites')}
          allowClear
          value={siteId ?? undefined}
          onChange={onSite}
        />
      )}
      <SearchField
        label={t('operations.search')}
        value={list.query.q ?? ''}
        onSearch={list.setSearch}
      />
      <Filters count={Object.keys(filters).length} onReset={() => list.setFilters(NONE)}>
        {levels.length > 0 && !isPlan && (
          <FilterChoice
            label={t('spaces.filterLevel')}
            value={filters.level_id}
            onChange={(level) => list.setFilter('level_id', level)}
            options={levels.map(named)}
          />
        )}
        {zones.length > 0 && (
          <FilterChoice
            label={t('spaces.filterZone')}
            value={filters.zone_id}
            onChange={(zone) => list.setFilter('zone_id', zone)}
            options={zones.map(named)}
          />
        )}
        <FilterChoice
          label={t('spaces.filterState')}
          value={filters.state}
          onChange={(state) => list.setFilter('state', state)}
          options={spaceStateNames.map((value) => ({
            value,
            label: <SpaceStateTag state={value} />,
          }))}
        />
        <FilterChoice
          label={t('spaces.filterKind')}
          value={filters.kind}
          onChange={(kind) => list.setFilter('kind', kind)}
          options={bayKinds.map((value) => ({ value, label: words.kind(value) }))}
        />
        <FilterChoice
          label={t('operations.filterAttention')}
          value={filters.attention}
          onChange={(value) => list.setFilter('attention', value)}
          options={[{ value: '1', label: t('bays.attention') }]}
        />
      </Filters>
      <span className={styles.age}>{age}</span>
    </div>
  );
}
