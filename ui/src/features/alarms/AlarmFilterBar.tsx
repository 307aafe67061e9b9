import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { alarmKinds, severities, useAlarmWords } from '@/components/alarms';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import type { ListState } from '@/components/listState';
import { SeverityTag } from '@/components/SeverityTag';
import { SitePicker } from '@/components/SitePicker';
import styles from './alarms.module.css';
import { type AlarmFilter, alarmFilters } from './queries';

const NONE = Object.fromEntries(alarmFilters.map((name) => [name, undefined]));

type Props = { list: ListState<AlarmFilter> };

export function AlarmFilterBar({ list }: Props) {
  const { t } = useTranslation();
  const words = useAlarmWords();
  const { filters } = list;
  return (
    <Filters count={Object.keys(filters).length} onReset={() => list.setFilters(NONE)}>
      <FilterChoice
        label={t('alarms.filterKind')}
        value={filters.kind}
        onChange={(kind) => list.setFilter('kind', kind)}
        options={alarmKinds.map((value) => ({ value, label: words.kind(value) }))}
      />
      <FilterChoice
        label={t('alarms.filterSeverity')}
        value={filters.severity}
        onChange={(severity) => list.setFilter('severity', severity)}
        options={severities.map((value) => ({ value, label: <SeverityTag severity={value} /> }))}
      />
      <SitePicker
        tenantId={useTenantId()}
        className={styles.filter}
        label={t('alarms.filterSite')}
        placeholder={t('alarms.filterSite')}
        allowClear
        value={filters.site_id}
        onChange={(site) => list.setFilter('site_id', site)}
      />
      <FilterChoice
        label={t('alarms.filterAcknowledged')}
        value={filters.acknowledged}
        onChange={(value) => list.setFilter('acknowledged', value)}
        options={[
          { value: 'false', label: t('alarms.notAcknowledged') },
          { value: 'true', label: t('alarms.acknowledged') },
        ]}
      />
      <FilterChoice
        label={t('alarms.filterMuted')}
        value={filters.muted}
        onChange={(value) => list.setFilter('muted', value)}
        options={[
          { value: 'false', label: t('alarms.notMuted') },
          { value: 'true', label: t('alarms.muted') },
        ]}
      />
      <FilterChoice
        label={t('alarms.filterExplained')}
        value={filters.explained}
        onChange={(value) => list.setFilter('explained', value)}
        options={[{ value: 'true', label: t('alarms.withExplained') }]}
      />
    </Filters>
  );
}
