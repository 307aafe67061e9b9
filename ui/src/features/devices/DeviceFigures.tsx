import { useTranslation } from 'react-i18next';
import type { DeviceStats } from '@/api/types';
import { useFormats } from '@/components/format';
import type { ListState } from '@/components/listState';
import styles from './devices.module.css';
import type { DeviceFilter } from './queries';

type Filters = Partial<Record<DeviceFilter, string | undefined>>;
type Figure = { key: keyof DeviceStats; filters: Filters };

const NONE = {
  status: undefined,
  device_type: undefined,
  assigned_only: undefined,
  unassigned_only: undefined,
  attention: undefined,
} satisfies Filters;

const figures: Figure[] = [
  { key: 'total', filters: {} },
  { key: 'assigned', filters: { status: 'assigned' } },
  { key: 'unassigned', filters: { status: 'unassigned' } },
  { key: 'sensors', filters: { device_type: 'sensor' } },
  { key: 'displays', filters: { device_type: 'display' } },
  { key: 'never_seen', filters: { attention: 'never_seen' } },
];

type Props = { stats: DeviceStats | null | undefined; list: ListState<DeviceFilter> };

/** How many devices there are in all, whatever is filtered; each number leads to its devices. */
export function DeviceFigures({ stats, list }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const number = (key: keyof DeviceStats) => (stats ? formats.number(stats[key]) : '–');
  return (
    <ul className={styles.figures} aria-label={t('devices.figures.label')}>
      {figures.map(({ key, filters }) => (
        <li key={key}>
          <button
            type="button"
            className={styles.figure}
            onClick={() => list.setFilters({ ...NONE, ...filters })}
          >
            <strong>{number(key)}</strong> {t(`devices.figures.${key}`)}
          </button>
        </li>
      ))}
    </ul>
  );
}
