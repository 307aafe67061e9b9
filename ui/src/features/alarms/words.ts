/** What alarms were judged by, in the order in which it is read. */
export const evidenceKeys = [
  'dev_eui',
  'eui',
  'state',
  'last_seen_at',
  'expected_by',
  'state_changed_at',
  'heartbeat_seconds',
  'down_after_seconds',
  'devices_heard_only_here',
  'battery_percent',
  'threshold_percent',
  'changes_within_the_hour',
  'threshold',
  'threshold_hours',
  'rssi',
  'snr',
  'gateway_eui',
  'assigned_at',
] as const;
export type EvidenceKey = (typeof evidenceKeys)[number];
