import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { levelsQuery, zonesQuery } from '@/api/estate';
import { useTenantId } from '@/app/session/useSession';
import { bayKinds, spaceStateNames, useBayWords } from '@/components/bays';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import type { ListState } from '@/components/listState';
import { SitePicker } from '@/components/SitePicker';
import { SpaceStateTag } from '@/components/SpaceStateTag';
import { type SpaceFilter, spaceFilters } from './queries';
import styles from './spaces.module.css';

const NONE = Object.fromEntries(spaceFilters.map((name) => [name, undefined]));

type Props = { list: ListState<SpaceFilter>; siteId: string | undefined };

export function SpaceFilterBar({ list, siteId }: Props) {
  const { t } = useTranslation();
  const words = useBayWords();
  const tenantId = useTenantId();
  const { filters } = list;
  return (
    <Filters count={Object.keys(filters).length} onReset={() => list.setFilters(NONE)}>
      {!siteId && (
        <SitePicker
          tenantId={tenantId}
          className={styles.filter}
          label={t('spaces.filterSite')}
          placeholder={t('spaces.filterSite')}
          allowClear
          value={filters.site_id}
          // A level and a zone are of a site; of another one there would be no bays.
          onChange={(site_id) =>
            list.setFilters({ site_id, level_id: undefined, zone_id: undefined })
          }
        />
      )}
      <PartFilters list={list} siteId={siteId ?? filters.site_id} />
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
      <TruthFilter
        list={list}
        name="has_sensor"
        label={t('spaces.filterSensor')}
        words={[t('spaces.withSensor'), t('spaces.withoutSensor')]}
      />
      <TruthFilter
        list={list}
        name="has_display"
        label={t('spaces.filterDisplay')}
        words={[t('spaces.withDisplay'), t('spaces.withoutDisplay')]}
      />
      <TruthFilter
        list={list}
        name="is_reservable"
        label={t('spaces.filterReservable')}
        words={[t('spaces.isReservable'), t('spaces.notReservable')]}
      />
      <FilterChoice
        label={t('spaces.filterDeleted')}
        value={filters.deleted}
        onChange={(deleted) => list.setFilter('deleted', deleted)}
        options={[{ value: 'true', label: t('spaces.deletedOnly') }]}
      />
    </Filters>
  );
}

/** Levels and zones are offered once it is known of which site. */
function PartFilters({ list, siteId }: Props) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const levels = useQuery(levelsQuery(tenantId, siteId ?? ''));
  const zones = useQuery(zonesQuery(tenantId, siteId ?? ''));
  if (!siteId) return null;
  const named = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
  return (
    <>
      {(levels.data?.levels.length ?? 0) > 0 && (
        <FilterChoice
          label={t('spaces.filterLevel')}
          value={list.filters.level_id}
          onChange={(level) => list.setFilter('level_id', level)}
          options={levels.data?.levels.map(named) ?? []}
        />
      )}
      {(zones.data?.zones.length ?? 0) > 0 && (
        <FilterChoice
          label={t('spaces.filterZone')}
          value={list.filters.zone_id}
          onChange={(zone) => list.setFilter('zone_id', zone)}
          options={zones.data?.zones.map(named) ?? []}
        />
      )}
    </>
  );
}

type TruthProps = {
  list: ListState<SpaceFilter>;
  name: 'has_sensor' | 'has_display' | 'is_reservable';
  label: string;
  words: [string, string];
};

function TruthFilter({ list, name, label, words: [yes, no] }: TruthProps) {
  return (
    <FilterChoice
      label={label}
      value={list.filters[name]}
      onChange={(value) => list.setFilter(name, value)}
      options={[
        { value: 'true', label: yes },
        { value: 'false', label: no },
      ]}
    />
  );
}
