/** Words about alarms that several pages share. */
import { useTranslation } from 'react-i18next';
import type { Alarm, AlarmKind, Severity } from '@/api/types';

/** What can be wrong, the worst first. */
export const alarmKinds: readonly AlarmKind[] = [
  'gateway_down',
  'device_silent',
  'lamp_unreachable',
  'lamp_mismatch',
  'contested',
  'battery_low',
  'overstayed',
  'flapping',
  'stuck',
];

export const severities: readonly Severity[] = ['critical', 'warning', 'info'];

/** The server's words in the reader's language. */
export function useAlarmWords() {
  const { t } = useTranslation();
  return {
    kind: (kind: AlarmKind) => t(`alarms.kinds.${kind}.name`),
    about: (kind: AlarmKind) => t(`alarms.kinds.${kind}.text`),
    severity: (severity: Severity) => t(`alarms.severities.${severity}`),
    cleared: (reason: NonNullable<Alarm['clear_reason']>) => t(`alarms.clearReasons.${reason}`),
  };
}
