import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { levelsQuery, zonesQuery } from '@/api/estate';
import { useTenantId } from '@/app/session/useSession';
import { bayKinds, spaceStateNames, useBayWords } from '@/components/bays';
import { FilterChoice } from '@/components/FilterChoice';
import type { ListState } from '@/components/listState';
import { SpaceStateTag } from '@/components/SpaceStateTag';

type PartProps = {
  list: ListState<'level_id' | 'zone_id'>;
  siteId: string | undefined;
  /** Where something else chooses the level. */
  hasNoLevels?: boolean;
};

/** Levels and zones are offered once it is known of which site. */
export function PartFilters({ list, siteId, hasNoLevels }: PartProps) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const levels = useQuery(levelsQuery(tenantId, siteId ?? '')).data?.levels ?? [];
  const zones = useQuery(zonesQuery(tenantId, siteId ?? '')).data?.zones ?? [];
  if (!siteId) return null;
  const named = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
  return (
    <>
      {levels.length > 0 && !hasNoLevels && (
        <FilterChoice
          label={t('spaces.filterLevel')}
          value={list.filters.level_id}
          onChange={(level) => list.setFilter('level_id', level)}
          options={levels.map(named)}
        />
      )}
      {zones.length > 0 && (
        <FilterChoice
          label={t('spaces.filterZone')}
          value={list.filters.zone_id}
          onChange={(zone) => list.setFilter('zone_id', zone)}
          options={zones.map(named)}
        />
      )}
    </>
  );
}

/** What state bays are in, and for whom they are. */
export function NatureFilters({ list }: { list: ListState<'state' | 'kind'> }) {
  const { t } = useTranslation();
  const words = useBayWords();
  return (
    <>
      <FilterChoice
        label={t('spaces.filterState')}
        value={list.filters.state}
        onChange={(state) => list.setFilter('state', state)}
        options={spaceStateNames.map((value) => ({
          value,
          label: <SpaceStateTag state={value} />,
        }))}
      />
      <FilterChoice
        label={t('spaces.filterKind')}
        value={list.filters.kind}
        onChange={(kind) => list.setFilter('kind', kind)}
        options={bayKinds.map((value) => ({ value, label: words.kind(value) }))}
      />
    </>
  );
}
