import { useTranslation } from 'react-i18next';
import styles from './series.module.css';

const programs = ['google', 'outlook', 'apple'] as const;

/** Where one puts the link, in the calendars most people have. */
export function HowToSubscribe() {
  const { t } = useTranslation();
  return (
    <section className={styles.how}>
      <h2 className={styles.subtitle}>{t('feeds.howTitle')}</h2>
      <ul>
        {programs.map((name) => (
          <li key={name}>
            <strong>{t(`feeds.programs.${name}.name`)}</strong> {t(`feeds.programs.${name}.how`)}
          </li>
        ))}
      </ul>
      <p>{t('feeds.careful')}</p>
    </section>
  );
}
