import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Dashboard } from '@/api/types';
import { paths } from '@/app/paths';
import { useAlarmWords } from '@/components/alarms';
import { useFormats } from '@/components/format';
import { Age } from '@/components/Moment';
import { Panel } from '@/components/Panel';
import { SeverityTag } from '@/components/SeverityTag';
import { StatusTag } from '@/components/StatusTag';
import styles from './home.module.css';

/** As many as one reads at a glance; the list of alarms has the rest. */
const NAMED = 5;

/** What is wrong now: how many of which kind, and which came last. */
export function AlarmsPanel({ data }: { data: Dashboard }) {
  const { t } = useTranslation();
  const words = useAlarmWords();
  const { open, newest } = data.alarms;
  return (
    <Panel
      title={t('dashboard.alarms.title')}
      extra={<Link to={paths.alarms()}>{t('dashboard.alarms.show')}</Link>}
    >
      {open === 0 && <StatusTag tone="good">{t('dashboard.alarms.none')}</StatusTag>}
      <Kinds data={data} />
      {newest.length > 0 && <h3 className={styles.part}>{t('dashboard.alarms.newest')}</h3>}
      <ul className={styles.named}>
        {newest.slice(0, NAMED).map((alarm) => (
          <li key={alarm.id}>
            <span>
              <Link to={paths.alarms({ alarm: alarm.id })}>
                {words.kind(alarm.kind)}: {alarm.subject_name}
              </Link>
              <span className={styles.note}>
                {[data.is_cross_tenant && alarm.tenant_name, alarm.site_name]
                  .filter(Boolean)
                  .join(', ')}
              </span>
            </span>
            <span className={styles.note}>
              <Age at={alarm.raised_at} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Each number leads to the alarms it counts. */
function Kinds({ data }: { data: Dashboard }) {
  const { t } = useTranslation();
  const words = useAlarmWords();
  const formats = useFormats();
  return (
    <ul className={styles.named}>
      {data.alarms.counts.map(({ kind, severity, open, waiting }) => {
        const number = (which: 'open' | 'waiting', count: number) => {
          const text = t(`dashboard.alarms.${which}`, { count, formatted: formats.number(count) });
          return (
            <Link
              to={paths.alarms({ kind, severity, which })}
              aria-label={`${words.kind(kind)}: ${text}`}
            >
              {text}
            </Link>
          );
        };
        return (
          <li key={`${kind} ${severity}`}>
            <span className={styles.kind}>
              {words.kind(kind)}
              <SeverityTag severity={severity} />
            </span>
            <span className={styles.numbers}>
              {waiting > 0 && number('waiting', waiting)}
              {number('open', open)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
