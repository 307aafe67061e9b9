import { useTranslation } from 'react-i18next';
import { freshness, type Quality, quality, useEvery } from './devices';
import { useFormats } from './format';
import styles from './Health.module.css';
import { WarningFilled } from './icons';
import { Age } from './Moment';
import { useFromNow } from './now';
import { Spoken } from './Spoken';
import { StatusTag } from './StatusTag';

type Heard = { last_seen_at?: string | null; silent_at?: string | null };

/** When a device was heard last, and whether that is too long ago; never more than is known. */
export function LastSeen({ device }: { device: Heard }) {
  const { t } = useTranslation();
  const state = useFromNow((now) => freshness(device, now));
  if (!device.last_seen_at) return <StatusTag tone="quiet">{t('devices.neverHeard')}</StatusTag>;
  return (
    <span className={styles.seen}>
      <Age at={device.last_seen_at} />
      {state === 'silent' && <StatusTag tone="bad">{t('devices.silent')}</StatusTag>}
    </span>
  );
}

type Powered = {
  battery_percent?: number | null;
  battery_volts?: number | null;
  /** By the number that the tenant's alarms go by. */
  is_battery_low: boolean;
};

/** What a device says of its battery. */
export function Battery({ device }: { device: Powered }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { battery_percent: percent, battery_volts: volts, is_battery_low: isLow } = device;
  if (typeof percent !== 'number' && typeof volts !== 'number') return <Unreported />;
  return (
    <span className={isLow ? styles.low : styles.value}>
      {isLow && <WarningFilled />}
      {typeof percent === 'number' && <span>{formats.number(Math.round(percent))} %</span>}
      {isLow && <Spoken> {t('devices.batteryLow')}</Spoken>}
      {typeof volts === 'number' && (
        <span className={typeof percent === 'number' ? styles.second : undefined}>
          {formats.number(Math.round(volts * 100) / 100)} V
        </span>
      )}
    </span>
  );
}

const heights = [4, 8, 12];
const bars: Record<Quality, number> = { good: 3, fair: 2, weak: 1 };

/** How well the last message was heard, in a word and in the numbers it follows from. */
export function Signal({ rssi, snr }: { rssi?: number | null; snr?: number | null }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const how = quality(rssi, snr);
  if (!how) return <Unreported />;
  const numbers = [
    typeof rssi === 'number' && `${formats.number(rssi)} dBm`,
    typeof snr === 'number' && `${formats.number(Math.round(snr * 10) / 10)} dB`,
  ].filter(Boolean);
  return (
    <span className={styles.signal} title={t('devices.signalHint')}>
      <svg viewBox="0 0 16 12" className={styles[how]} aria-hidden="true" focusable="false">
        {heights.map((height, index) => (
          <rect
            key={height}
            x={index * 6}
            y={12 - height}
            width="4"
            height={height}
            className={index < bars[how] ? styles.full : styles.empty}
          />
        ))}
      </svg>
      <span>
        {t(`devices.signals.${how}`)}
        <span className={styles.numbers}>{numbers.join(', ')}</span>
      </span>
    </span>
  );
}

/** How often a device speaks though nothing happened, where somebody knows. */
export function Every({ seconds }: { seconds: number | null | undefined }) {
  const { t } = useTranslation();
  const every = useEvery();
  if (!seconds) return <span className={styles.none}>{t('devices.heartbeatUnknown')}</span>;
  return <span className={styles.every}>{every(seconds)}</span>;
}

/** Nothing was said of it; that is no zero. */
function Unreported() {
  const { t } = useTranslation();
  return (
    <span className={styles.none} title={t('devices.unreported')}>
      <span aria-hidden="true">–</span>
      <Spoken>{t('devices.unreported')}</Spoken>
    </span>
  );
}
