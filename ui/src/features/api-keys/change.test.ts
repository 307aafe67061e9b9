import dayjs from 'dayjs';
import { describe, expect, it } from 'vitest';
import type { ApiKey } from '@/api/types';
import { changeOf, valuesOf } from './change';

const apiKey: ApiKey = {
  id: 'k-1',
  name: 'Entrance terminal',
  prefix: 'pk_1',
  status: 'active',
  role: 'operator',
  scopes: ['spaces:read', 'reservations:write'],
  allowed_ips: ['192.0.2.0/24'],
  expires_at: '2027-03-04T09:30:00Z',
  requests_per_minute: 60,
  created_at: '2026-11-01T00:00:00Z',
  updated_at: '2026-11-01T00:00:00Z',
};

describe('a change of a key', () => {
  it('is nothing when nothing was touched, not even the hour of its end', () => {
    expect(changeOf(apiKey, valuesOf(apiKey))).toEqual({});
    const values = { ...valuesOf(apiKey), expires_at: dayjs('2027-03-04T23:00:00') };
    expect(changeOf(apiKey, values)).toEqual({});
    const reordered = { ...valuesOf(apiKey), scopes: [...apiKey.scopes].reverse() };
    expect(changeOf(apiKey, reordered)).toEqual({});
  });

  it('names what is different, and clears what was emptied', () => {
    expect(
      changeOf(apiKey, {
        name: 'Exit terminal',
        role: 'viewer',
        scopes: ['spaces:read'],
        expires_at: null,
        allowed_ips: [],
        requests_per_minute: null,
      }),
    ).toEqual({
      name: 'Exit terminal',
      role: 'viewer',
      scopes: ['spaces:read'],
      expires_at: null,
      allowed_ips: [],
      requests_per_minute: null,
    });
  });

  it('sets an end to what had none: the end of the day that was chosen', () => {
    const endless = { ...apiKey, expires_at: null };
    const day = dayjs('2027-06-01T12:00:00');
    expect(changeOf(endless, { ...valuesOf(endless), expires_at: day })).toEqual({
      expires_at: day.endOf('day').toISOString(),
    });
  });
});
