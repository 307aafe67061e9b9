import { useTranslation } from 'react-i18next';
import type { AlarmDetail } from '@/api/types';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { Moment } from '@/components/Moment';
import { SpaceStateTag } from '@/components/SpaceStateTag';
import styles from './alarms.module.css';
import { type EvidenceKey, evidenceKeys } from './words';

/** What the alarm was judged by when it was raised. */
export function AlarmEvidence({ alarm }: { alarm: AlarmDetail }) {
  const { t } = useTranslation();
  const evidence = alarm.evidence as Record<string, unknown>;
  const known = evidenceKeys.filter((key) => evidence[key] !== undefined && evidence[key] !== null);
  if (known.length === 0) return null;
  return (
    <section>
      <h2 className={styles.title}>{t('alarms.evidenceTitle')}</h2>
      <Facts>
        {known.map((key) => (
          <Fact key={key} label={t(`alarms.evidence.${key}`)}>
            <EvidenceValue name={key} value={evidence[key]} />
          </Fact>
        ))}
        {alarm.kind === 'device_silent' && !evidence.last_seen_at && (
          <Fact label={t('alarms.evidence.last_seen_at')}>{t('alarms.neverHeard')}</Fact>
        )}
      </Facts>
    </section>
  );
}

function EvidenceValue({ name, value }: { name: EvidenceKey; value: unknown }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (typeof value === 'string') {
    if (name.endsWith('_at') || name === 'expected_by') return <Moment at={value} />;
    if (name === 'state' && (value === 'free' || value === 'occupied')) {
      return <SpaceStateTag state={value} />;
    }
    return name.endsWith('eui') ? <code>{value}</code> : value;
  }
  if (typeof value !== 'number') return String(value);
  const figure = formats.number(value);
  if (name.endsWith('_seconds'))
    return t('alarms.units.minutes', { figure: formats.number(Math.round(value / 6) / 10) });
  if (name.endsWith('_percent')) return t('alarms.units.percent', { figure });
  if (name.endsWith('_hours')) return t('alarms.units.hours', { figure });
  if (name === 'rssi') return `${figure} dBm`;
  if (name === 'snr') return `${figure} dB`;
  return figure;
}
