import { useTranslation } from 'react-i18next';
import { looks } from '@/components/reservationLooks';
import styles from '@/components/reservationLooks.module.css';
import type { Words } from './useWords';

/** What the marks mean. */
export function CalendarLegend({ words }: { words: Words }) {
  const { t } = useTranslation();
  return (
    <ul className={styles.legend} aria-label={t('plan.legend')}>
      {looks.map((look) => (
        <li key={look}>
          <span className={`${styles.sample} ${styles[look]}`} aria-hidden="true">
            <span className={styles.letter} data-letter={words.letter(look)} />
          </span>
          {words.look(look)}
        </li>
      ))}
      <li>
        <span className={`${styles.sample} ${styles.outOfUse}`} aria-hidden="true" />
        {t('calendar.outOfUse')}
      </li>
    </ul>
  );
}
