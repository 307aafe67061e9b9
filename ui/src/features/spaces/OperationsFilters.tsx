import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import type { ListState } from '@/components/listState';
import { SearchField } from '@/components/SearchField';
import { SitePicker } from '@/components/SitePicker';
import { NatureFilters, PartFilters } from './BayFilters';
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
  const tenantId = useTenantId();
  const { filters } = list;
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
        <PartFilters list={list} siteId={siteId ?? undefined} hasNoLevels={isPlan} />
        <NatureFilters list={list} />
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
