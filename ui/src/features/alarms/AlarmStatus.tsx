import { useTranslation } from 'react-i18next';
import type { Alarm } from '@/api/types';
import { useAlarmWords } from '@/components/alarms';
import { useFormats } from '@/components/format';
import { Age } from '@/components/Moment';
import { StatusTag } from '@/components/StatusTag';
import styles from './alarms.module.css';

/** Whether somebody sees to it. */
export function AlarmStatus({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useAlarmWords();
  const { is_open, is_muted, acknowledged_by, muted_until, clear_reason, cleared_at } = alarm;
  if (!is_open && cleared_at && clear_reason) {
    return (
      <>
        <StatusTag tone="good">{t('alarms.cleared')}</StatusTag>
        <span className={styles.second}>
          {words.cleared(clear_reason)}, <Age at={cleared_at} />
        </span>
      </>
    );
  }
  return (
    <>
      {acknowledged_by ? (
        <StatusTag tone="waiting">
          {t('alarms.acknowledgedBy', { name: acknowledged_by })}
        </StatusTag>
      ) : is_muted ? (
        <StatusTag tone="quiet">{t('alarms.muted')}</StatusTag>
      ) : alarm.parent_name ? (
        <StatusTag tone="quiet">{t('alarms.explainedBy', { name: alarm.parent_name })}</StatusTag>
      ) : (
        <StatusTag tone="warning">{t('alarms.waiting')}</StatusTag>
      )}
      {is_muted && muted_until && (
        <span className={styles.second}>
          {t('alarms.mutedUntil', { at: formats.instant(muted_until) })}
        </span>
      )}
      {alarm.recovering_since && <span className={styles.second}>{t('alarms.recovering')}</span>}
    </>
  );
}
