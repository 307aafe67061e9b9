import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import { useFormats } from './format';
import styles from './TakenTimes.module.css';

type Props = { error: unknown; zone: string };

/** When others have the bay, if that is why it was refused. */
export function TakenTimes({ error, zone }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const taken = error ? asProblem(error).conflicts : [];
  if (taken.length === 0) return null;
  return (
    <Alert
      type="info"
      className={styles.alert}
      title={t('reservations.takenTimes')}
      description={
        <ul className={styles.times}>
          {taken.map(({ start_time, end_time }) => (
            <li key={start_time}>
              {t('reservations.fromUntil', {
                from: formats.instantIn(zone, start_time),
                until: formats.instantIn(zone, end_time),
              })}
            </li>
          ))}
        </ul>
      }
    />
  );
}
