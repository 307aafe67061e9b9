import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AttentionKind, Dashboard } from '@/api/types';
import { paths } from '@/app/paths';
import { useFormats } from '@/components/format';
import { Age } from '@/components/Moment';
import { Panel } from '@/components/Panel';
import { StatusTag, type Tone } from '@/components/StatusTag';
import styles from './home.module.css';

/** As many as one reads at a glance; the list of devices has the rest. */
const NAMED = 5;

const tones: Record<AttentionKind, Tone> = {
  silent: 'bad',
  low_battery: 'warning',
  never_seen: 'waiting',
  unassigned: 'quiet',
};

/** All of those that were counted, in the order of those that are named here. */
const listPath = (kind: AttentionKind) =>
  paths.devices({ attention: kind, ...(kind === 'silent' && { sort: 'last_seen_at' }) });

/** Devices somebody should look at, by what is wrong with them. */
export function AttentionPanel({ data }: { data: Dashboard }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Panel title={t('dashboard.attention.title')} intro={t('dashboard.attention.intro')}>
      {data.attention.length === 0 && (
        <StatusTag tone="good">{t('dashboard.attention.none')}</StatusTag>
      )}
      {data.attention.map(({ kind, count, devices }) => (
        <div key={kind} className={styles.attention}>
          <h3 className={styles.attentionHead}>
            <StatusTag tone={tones[kind]}>
              {t(`dashboard.attention.${kind}`, { count, formatted: formats.number(count) })}
            </StatusTag>
            <Link to={listPath(kind)} aria-label={t(`dashboard.attention.show_${kind}`)}>
              {t('dashboard.attention.show')}
            </Link>
          </h3>
          <ul className={styles.named}>
            {devices.slice(0, NAMED).map((device) => (
              <li key={device.id}>
                <Link to={paths.device(device.id)}>
                  {device.name ?? <code>{device.dev_eui}</code>}
                </Link>
                <span className={styles.note}>
                  {kind === 'low_battery' && device.battery_percent != null ? (
                    t('dashboard.attention.battery', {
                      percent: formats.number(Math.round(device.battery_percent)),
                    })
                  ) : (
                    <Age
                      at={
                        kind === 'unassigned'
                          ? device.created_at
                          : (device.last_seen_at ?? device.created_at)
                      }
                    />
                  )}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Panel>
  );
}
