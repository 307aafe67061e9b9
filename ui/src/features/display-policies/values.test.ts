import { expect, it } from 'vitest';
import type { PolicySettings } from '@/api/types';
import { settingsOf, valuesOf } from './values';

const settings: PolicySettings = {
  reserved_soon_threshold_sec: 900,
  sensor_unknown_timeout_sec: 60,
  debounce_window_sec: null,
  free_color: '00FF00',
  occupied_color: 'FF0000',
  reserved_color: 'FFA500',
  reserved_soon_color: 'FFFF00',
  blocked_color: '808080',
  out_of_service_color: '800080',
  unknown_color: 'FFFFFF',
  blink_reserved_soon: false,
  blink_pattern_ms: 500,
  allow_sensor_override: true,
  offline_rule: 'unknown',
  default_state: 'unknown',
  codes: [{ model: 'heltec-v3-bay', state: 'free', port: null, payload: '01' }],
  transitions: [{ from: 'free', to: 'occupied', after_seconds: 5 }],
};

it('sends back what it was given', () => {
  const values = valuesOf(settings);
  expect(settingsOf(values)).toEqual({
    ...settings,
    codes: [{ model: 'heltec-v3-bay', state: 'free', payload: '01' }],
  });
  expect(settingsOf({ ...values, colors: { ...values.colors, free: '#0000ff' } }).free_color).toBe(
    '0000FF',
  );
});

it('leaves out codes for an emergency, which no policy has a say in', () => {
  const old: PolicySettings = {
    ...settings,
    codes: [{ model: 'heltec-v3-bay', state: 'all_red', payload: '01' }, ...settings.codes],
  };
  expect(settingsOf(valuesOf(old)).codes).toEqual([
    { model: 'heltec-v3-bay', state: 'free', payload: '01' },
  ]);
});
