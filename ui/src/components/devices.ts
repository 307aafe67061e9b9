/** Words and small judgements about devices that several pages share. */
import { useTranslation } from 'react-i18next';
import type { AttentionKind, DeviceRole, Lifecycle } from '@/api/types';

/** In the order of a life. */
export const lifecycles: readonly Lifecycle[] = [
  'provisioned',
  'commissioned',
  'operational',
  'maintenance',
  'decommissioned',
];

export const deviceRoles: readonly DeviceRole[] = ['sensor', 'display'];

/** Why somebody should look at a device, the most urgent first. */
export const attentionKinds: readonly AttentionKind[] = [
  'silent',
  'low_battery',
  'never_seen',
  'unassigned',
];

export function useDeviceWords() {
  const { t } = useTranslation();
  return {
    role: (role: DeviceRole) => t(`devices.roles.${role}`),
    attention: (kind: AttentionKind) => t(`devices.attentionKinds.${kind}`),
    stage: (stage: Lifecycle) => t(`devices.stages.${stage}.name`),
  };
}

/** How a device is called: by its name, else by its DevEUI. */
export const deviceTitle = ({ name, dev_eui }: { name?: string | null; dev_eui: string }): string =>
  name || dev_eui;

export type Freshness = 'never' | 'heard' | 'unjudged' | 'silent';

/**
 * What can be said of a device's silence. `silent_at` is the server's: 2.5 heartbeats after it was
 * heard last, or null where nobody knows how often it speaks; then nothing is judged.
 */
export function freshness(
  { last_seen_at, silent_at }: { last_seen_at?: string | null; silent_at?: string | null },
  now: number,
): Freshness {
  if (!last_seen_at) return 'never';
  if (!silent_at) return 'unjudged';
  return Date.parse(silent_at) <= now ? 'silent' : 'heard';
}

export type Quality = 'good' | 'fair' | 'weak';

/**
 * How well a message was heard. LoRa is received down to about 20 dB below the noise and −137 dBm;
 * these steps leave the usual 10 dB in hand for a car that parks on the sensor.
 */
export function quality(rssi: number | null | undefined, snr: number | null | undefined) {
  if (typeof rssi !== 'number' && typeof snr !== 'number') return null;
  const [level, clearness] = [rssi ?? 0, snr ?? 10];
  if (level >= -105 && clearness >= 0) return 'good' satisfies Quality;
  if (level >= -118 && clearness >= -10) return 'fair' satisfies Quality;
  return 'weak' satisfies Quality;
}

const UNITS: [seconds: number, unit: 'day' | 'hour' | 'minute'][] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
];

/** The largest unit that measures a time exactly, so that 5400 s are 90 minutes and not 2 hours. */
export function wholeUnits(seconds: number): {
  n: number;
  unit: 'day' | 'hour' | 'minute' | 'second';
} {
  const fit = UNITS.find(([size]) => seconds >= size && seconds % size === 0);
  return fit ? { n: seconds / fit[0], unit: fit[1] } : { n: seconds, unit: 'second' };
}

/** "every 6 hours", "every 90 minutes" */
export function useEvery(): (seconds: number) => string {
  const { t } = useTranslation();
  return (seconds) => {
    const { n, unit } = wholeUnits(seconds);
    return t(`devices.every.${unit}`, { count: n });
  };
}

/** What devices of a model can be to a bay. */
export const rolesOf = (model: { is_sensor: boolean; is_display: boolean }): DeviceRole[] => [
  ...(model.is_sensor ? (['sensor'] as const) : []),
  ...(model.is_display ? (['display'] as const) : []),
];
