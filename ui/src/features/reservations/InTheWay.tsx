import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import { StatusTag } from '@/components/StatusTag';
import { TakenTimes } from '@/components/TakenTimes';
import { OccurrenceDates } from './OccurrenceDates';
import styles from './series.module.css';

/** When others have the bay; or, of a series that could not be changed at all, the dates it was to have. */
export function InTheWay({ error, zone }: { error: unknown; zone: string }) {
  const { t } = useTranslation();
  const { code, conflicts } = asProblem(error);
  if (code !== 'series_clashes') return <TakenTimes error={error} zone={zone} />;
  return (
    <div className={styles.stuck}>
      <OccurrenceDates
        label={t('series.staying')}
        zone={zone}
        rows={conflicts.map(({ start_time, end_time }) => ({
          key: start_time,
          start: start_time,
          end: end_time,
          status: <StatusTag tone="bad">{t('series.cannot')}</StatusTag>,
        }))}
      />
    </div>
  );
}
