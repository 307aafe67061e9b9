import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import type { ListState } from '@/components/listState';
import { SitePicker } from '@/components/SitePicker';
import { NatureFilters, PartFilters } from './BayFilters';
import { type SpaceFilter, spaceFilters } from './queries';
import styles from './spaces.module.css';

const NONE = Object.fromEntries(spaceFilters.map((name) => [name, undefined]));

type Props = { list: ListState<SpaceFilter>; siteId: string | undefined };

export function SpaceFilterBar({ list, siteId }: Props) {
  const { t } = useTranslation();
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
      <NatureFilters list={list} />
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
