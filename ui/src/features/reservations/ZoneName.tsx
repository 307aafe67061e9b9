import { useTranslation } from 'react-i18next';
import { ClockCircleOutlined } from '@/components/icons';
import { instantOf, offsetName } from '@/components/zoneTime';
import styles from './tools.module.css';

/** By whose clocks all times are that are shown, and how far ahead these are on the day that is shown. */
export function ZoneName({ zone, date }: { zone: string; date: string }) {
  const { t } = useTranslation();
  return (
    <span className={styles.zone}>
      <ClockCircleOutlined />
      {t('calendar.zone', {
        zone: zone.replace(/_/g, ' '),
        offset: offsetName(zone, Date.parse(instantOf(zone, `${date}T12:00`))),
      })}
    </span>
  );
}
