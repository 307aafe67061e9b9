import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { alarmSummaryQuery } from '@/api/alarms';
import { useFormats } from '@/components/format';
import { Spoken } from '@/components/Spoken';
import { useTenantId } from '../session/useSession';
import styles from './AlarmBadge.module.css';

const COUNTED_MAX = 99;

/** How many alarms wait for somebody; what could not be renewed says how old it is. */
export function AlarmBadge() {
  const { t } = useTranslation();
  const formats = useFormats();
  const query = useQuery(alarmSummaryQuery(useTenantId()));
  const { data, isRefetchError, dataUpdatedAt } = query;
  if (!data || (data.waiting === 0 && !isRefetchError)) return null;
  const count = data.waiting;
  const at = formats.clock(dataUpdatedAt);
  const words = t('alarms.badge', { count, formatted: formats.number(count) });
  const tone = isRefetchError ? 'stale' : (data.worst_waiting ?? 'info');
  return (
    <span
      className={`${styles.badge} ${styles[tone]}`}
      title={isRefetchError ? t('dataAge.stale', { at }) : t('alarms.badgeAsOf', { words, at })}
    >
      <span aria-hidden="true">
        {count > COUNTED_MAX ? `${COUNTED_MAX}+` : count}
        {isRefetchError && '?'}
      </span>
      <Spoken>{isRefetchError ? `${words}, ${t('dataAge.stale', { at })}` : words}</Spoken>
    </span>
  );
}
