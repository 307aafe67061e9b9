import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import type { ListState } from '@/components/listState';
import { SitePicker } from '@/components/SitePicker';
import { type ReservationFilter, reservationFilters } from './queries';
import styles from './reservations.module.css';

const NONE = Object.fromEntries(reservationFilters.map((name) => [name, undefined]));

type Props = {
  list: ListState<ReservationFilter>;
  label: string;
  statuses: { value: string; label: string }[];
};

/** Of which status and at which site, above reservations and above who waits for one. */
export function StatusFilterBar({ list, label, statuses }: Props) {
  const { t } = useTranslation();
  const { filters } = list;
  return (
    <Filters count={Object.keys(filters).length} onReset={() => list.setFilters(NONE)}>
      <FilterChoice
        label={label}
        value={filters.status}
        onChange={(status) => list.setFilter('status', status)}
        options={statuses}
      />
      <SitePicker
        tenantId={useTenantId()}
        className={styles.filter}
        label={t('reservations.filterSite')}
        placeholder={t('reservations.filterSite')}
        allowClear
        value={filters.site_id}
        onChange={(site) => list.setFilter('site_id', site)}
      />
    </Filters>
  );
}
