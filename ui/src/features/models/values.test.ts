import { describe, expect, it } from 'vitest';
import type { DeviceModel } from '@/api/types';
import { changeOf, draftOf, valuesOf } from './values';

const model = {
  based_on: 'plenom-busylight-omega',
  vendor: 'Ours',
  name: 'Lamp',
  heartbeat_seconds: 3600,
  notes: null,
  lamp_codes: { free: '0000FF', occupied: 'FF0000' },
} as unknown as DeviceModel;

describe('a model in its form', () => {
  it('that nobody touched changes nothing', () => {
    expect(changeOf(model, valuesOf(model))).toEqual({});
  });

  it('has its lamp codes in one case, and leaves out what is empty', () => {
    const values = { ...valuesOf(model), lamp_codes: { free: '00 ff 00', occupied: ' ' } };
    expect(changeOf(model, values)).toEqual({ lamp_codes: { free: '00FF00' } });
    expect(draftOf({ ...values, lamp_codes: {} })).toMatchObject({
      based_on: 'plenom-busylight-omega',
      lamp_codes: null,
    });
  });
});
