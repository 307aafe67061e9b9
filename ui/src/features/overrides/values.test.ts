import dayjs from 'dayjs';
import { expect, test } from 'vitest';
import { changeOf, valuesOf } from './values';

const zone = 'Europe/Paris';
const one = {
  kind: 'blocked' as const,
  reason: 'market',
  notes: null,
  starts_at: '2026-07-04T06:00:30Z',
  ends_at: '2026-07-04T16:00:00Z',
};

test('a form shows the wall clock of the site, wherever its reader sits', () => {
  const values = valuesOf(zone, one);
  expect(values.starts_at?.format('YYYY-MM-DD HH:mm:ss')).toBe('2026-07-04 08:00:30');
  expect(values.ends_at?.format('HH:mm')).toBe('18:00');
});

test('what was not touched is not sent', () => {
  expect(changeOf(zone, one, valuesOf(zone, one))).toEqual({});
});

test('what was changed is sent as an instant, and what was cleared as nothing', () => {
  const values = valuesOf(zone, one);
  const changed = { ...values, notes: 'no fish', ends_at: dayjs('2026-07-04T20:00:00') };
  expect(changeOf(zone, one, changed)).toEqual({
    notes: 'no fish',
    ends_at: '2026-07-04T18:00:00.000Z',
  });
  const endless = { ...values, ends_at: null };
  expect(changeOf(zone, one, endless)).toEqual({ ends_at: null });
});
