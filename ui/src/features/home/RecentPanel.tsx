import { useTranslation } from 'react-i18next';
import type { Dashboard } from '@/api/types';
import { useFormats } from '@/components/format';
import { Age } from '@/components/Moment';
import { Panel } from '@/components/Panel';
import styles from './home.module.css';

/** The last things people did, in their words. */
export function RecentPanel({ data }: { data: Dashboard }) {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  /** What happens is what the audit log calls it; what has no words here the server has. */
  const words = (kind: string, text: string) => {
    const hasWords: boolean = i18n.exists(`audit.actions.${kind}`);
    return hasWords ? t(`audit.actions.${kind}` as 'audit.actions.site.created') : text;
  };
  return (
    <Panel title={t('dashboard.recent.title')}>
      {data.recent.length === 0 && <p className={styles.nothing}>{t('dashboard.recent.none')}</p>}
      <ol className={styles.recent}>
        {data.recent.map(({ at, kind, text, name, site_name, count, subject_id }) => (
          <li key={`${at} ${kind} ${subject_id}`}>
            <span>
              {words(kind, text)}
              {count > 1
                ? ` (${t('dashboard.recent.times', { formatted: formats.number(count) })})`
                : name
                  ? `: ${name}`
                  : ''}
            </span>
            <span className={styles.note}>
              {site_name && site_name !== name && `${site_name} ·\u00a0`}
              <Age at={at} />
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
