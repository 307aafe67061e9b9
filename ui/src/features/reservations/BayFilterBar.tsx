import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { levelsQuery, zonesQuery } from '@/api/estate';
import { useTenantId } from '@/app/session/useSession';
import { bayKinds, useBayWords } from '@/components/bays';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import type { ListState } from '@/components/listState';
import { type BayFilter, bayFilters } from './calendarView';

const NONE = Object.fromEntries(bayFilters.map((name) => [name, undefined]));

type Props = { list: ListState<BayFilter>; siteId: string };

/** Which bays of a site. */
export function BayFilterBar({ list, siteId }: Props) {
  const { t } = useTranslation();
  const words = useBayWords();
  const tenantId = useTenantId();
  const levels = useQuery(levelsQuery(tenantId, siteId)).data?.levels ?? [];
  const zones = useQuery(zonesQuery(tenantId, siteId)).data?.zones ?? [];
  const named = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
  const { filters } = list;
  return (
    <Filters count={Object.keys(filters).length} onReset={() => list.setFilters(NONE)}>
      {levels.length > 0 && (
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
        label={t('spaces.filterKind')}
        value={filters.kind}
        onChange={(kind) => list.setFilter('kind', kind)}
        options={bayKinds.map((value) => ({ value, label: words.kind(value) }))}
      />
    </Filters>
  );
}
