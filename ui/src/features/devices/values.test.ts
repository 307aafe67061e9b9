import { describe, expect, it } from 'vitest';
import type { Device } from '@/api/types';
import { changeOf, draftOf, valuesOf } from './values';

const device = {
  name: 'North 1',
  model: { id: 'bosch-tps110', vendor: 'Bosch', name: 'TPS110', is_own: false },
  heartbeat_seconds: null,
  join_eui: '0004A30B001C0530',
  serial_number: null,
  notes: 'behind the pillar',
  metadata: { floor: 2 },
} as unknown as Device;

describe('a device in its form', () => {
  it('that nobody touched changes nothing', () => {
    expect(changeOf(device, valuesOf(device))).toEqual({});
  });

  it('sends only what is other, and clears what was emptied', () => {
    const { model: _model, ...values } = valuesOf(device);
    expect(changeOf(device, { ...values, name: ' North 2 ', notes: ' ' })).toEqual({
      name: 'North 2',
      model: null,
      notes: null,
    });
  });

  it('replaces, forgets or keeps the key, and never holds the old one', () => {
    const values = valuesOf(device);
    expect(values).not.toHaveProperty('app_key');
    expect(changeOf(device, { ...values, app_key: ' 00 ' })).toEqual({ app_key: '00' });
    expect(changeOf(device, { ...values, forgets_key: true })).toEqual({ app_key: null });
    expect(draftOf({ ...values, dev_eui: '1', app_key: '' })).not.toHaveProperty('app_key');
  });
});
