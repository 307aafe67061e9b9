import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ReservationOccurrence, ReservationSeriesChanged } from '@/api/types';
import { useFormats } from '@/components/format';
import { StatusTag } from '@/components/StatusTag';
import { OccurrenceDates, useJudgedRows } from './OccurrenceDates';
import styles from './series.module.css';
import { meant, type Scope } from './seriesChange';

type Props = {
  tried: ReservationSeriesChanged;
  scope: Scope;
  one: ReservationOccurrence | undefined;
};

/** What a change would do, before it does: the dates as they would be, and those that would stay. */
export function SeriesChangeResult({ tried, scope, one }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { series, changed, kept } = tried;
  const rowsOf = useJudgedRows(series.timezone);
  const stays = new Set(kept.map(({ reservation_id }) => reservation_id));
  const becomes = meant(series, scope, one, Date.now()).filter(
    ({ reservation_id }) => !stays.has(reservation_id),
  );
  const number = (count: number) => ({ count, formatted: formats.number(count) });
  return (
    <div className={styles.result}>
      <div role="status">
        <Alert
          type={kept.length > 0 ? 'warning' : 'success'}
          showIcon
          title={t('series.wouldChange', number(changed))}
          description={kept.length > 0 && t('series.wouldStay', number(kept.length))}
        />
      </div>
      <p className={styles.hint}>
        {t('series.byClocks', { zone: series.timezone.replace(/_/g, ' ') })}
      </p>
      {kept.length > 0 && (
        <>
          <h2 className={styles.subtitle}>{t('series.staying')}</h2>
          <OccurrenceDates label={t('series.staying')} zone={series.timezone} rows={rowsOf(kept)} />
        </>
      )}
      {becomes.length > 0 && (
        <>
          <h2 className={styles.subtitle}>{t('series.becoming')}</h2>
          <OccurrenceDates
            label={t('series.becoming')}
            zone={series.timezone}
            rows={becomes.map((row) => ({
              key: row.reservation_id,
              start: row.start_time,
              end: row.end_time,
              status: row.is_detached ? (
                <StatusTag tone="quiet">{t('series.detached')}</StatusTag>
              ) : (
                t('series.otherBay', { code: row.space_code })
              ),
            }))}
          />
        </>
      )}
    </div>
  );
}
