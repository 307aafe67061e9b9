import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Dashboard } from '@/api/types';
import { paths } from '@/app/paths';
import { useFormats } from '@/components/format';
import { Age } from '@/components/Moment';
import { Panel } from '@/components/Panel';
import { StatusTag } from '@/components/StatusTag';
import styles from './home.module.css';

/** Whether the radio network listens, and which of its ears do not. */
export function GatewaysPanel({ data }: { data: Dashboard }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { total, online, offline, never_seen } = data.gateways;
  return (
    <Panel
      title={t('dashboard.gateways.title')}
      extra={<Link to={paths.gateways()}>{t('dashboard.gateways.show')}</Link>}
    >
      {total === 0 && <p className={styles.nothing}>{t('dashboard.gateways.none')}</p>}
      <div className={styles.tags}>
        {online > 0 && (
          <Link to={paths.gateways({ status: 'online' })}>
            <StatusTag tone="good">
              {t('dashboard.gateways.online', { formatted: formats.number(online) })}
            </StatusTag>
          </Link>
        )}
        {offline > 0 && (
          <Link to={paths.gateways({ status: 'offline' })}>
            <StatusTag tone="bad">
              {t('dashboard.gateways.offline', { formatted: formats.number(offline) })}
            </StatusTag>
          </Link>
        )}
        {never_seen > 0 && (
          <Link to={paths.gateways({ status: 'never_seen' })}>
            <StatusTag tone="waiting">
              {t('dashboard.gateways.neverSeen', { formatted: formats.number(never_seen) })}
            </StatusTag>
          </Link>
        )}
      </div>
      <ul className={styles.named}>
        {data.unheard_gateways.map(({ id, name, last_seen_at }) => (
          <li key={id}>
            <Link to={paths.gateway(id)}>{name}</Link>
            <span className={styles.note}>
              {last_seen_at ? <Age at={last_seen_at} /> : t('common.never')}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
