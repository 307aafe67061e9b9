import { useTranslation } from 'react-i18next';
import type { Dashboard } from '@/api/types';
import { useFormats } from '@/components/format';
import { Age } from '@/components/Moment';
import { Panel } from '@/components/Panel';
import styles from './home.module.css';

/** The last things that happened, in the reader's words. */
export function RecentPanel({ data }: { data: Dashboard }) {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  /**
   * What people do is what the audit log calls it; what nobody does has words of its own. What has
   * neither, the server has said in a whole sentence.
   */
  const words = (kind: string): string | null => {
    const isDone: boolean = i18n.exists(`audit.actions.${kind}`);
    if (isDone) return t(`audit.actions.${kind}` as 'audit.actions.site.created');
    const isKnown: boolean = i18n.exists(`dashboard.recent.events.${kind}`);
    return isKnown
      ? t(`dashboard.recent.events.${kind}` as 'dashboard.recent.events.alarm.raised')
      : null;
  };
  const about = (count: number, name: string | null | undefined) => {
    if (count > 1) return ` (${t('dashboard.recent.times', { formatted: formats.number(count) })})`;
    return name ? `: ${name}` : '';
  };
  return (
    <Panel title={t('dashboard.recent.title')}>
      {data.recent.length === 0 && <p className={styles.nothing}>{t('dashboard.recent.none')}</p>}
      <ol className={styles.recent}>
        {data.recent.map(({ at, kind, text, name, site_name, count, subject_id }) => {
          const said = words(kind);
          return (
            <li key={`${at} ${kind} ${subject_id}`}>
              <span>{said === null ? text : `${said}${about(count, name)}`}</span>
              <span className={styles.note}>
                {site_name && site_name !== name && `${site_name} · `}
                <Age at={at} />
              </span>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
