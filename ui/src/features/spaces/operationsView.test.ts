import { describe, expect, it } from 'vitest';
import type { SiteTrend, Space, SpaceState } from '@/api/types';
import {
  changesSince,
  counted,
  courseOf,
  currencyOf,
  fitting,
  grouped,
  laidOut,
  needsAttention,
  occupancy,
  rowsWithin,
  steppedTo,
} from './operationsView';

const SITE = { site_id: 's', site_name: 'Quay', kind: 'general' };
const bay = (id: string, fields: Partial<Space> = {}) =>
  ({ id, code: id, state: 'free', ...SITE, ...fields }) as Space;
const serving = { device_id: 'd', dev_eui: '70B3D57EE0000001', last_seen_at: null };

const many = (count: number) =>
  Array.from({ length: count }, (_, at) => bay(`A-${at + 1}`, { level_id: 'l', level: 'P1' }));
const one = { isOneSite: true, levelOrder: new Map<string, number>() };

describe('which bays are shown', () => {
  it('fit everything that was asked for at once', () => {
    const bays = [
      bay('A-1', { level_id: 'l', state: 'occupied' }),
      bay('A-2', { level_id: 'l', name: 'By the lift' }),
      bay('B-1', { sensor: serving, state: 'unknown' }),
    ];
    const ids = (wanted: Parameters<typeof fitting>[1], alarmed: string[] = []) =>
      fitting(bays, wanted, new Set(alarmed)).map(({ id }) => id);
    expect(ids({})).toHaveLength(3);
    expect(ids({ level_id: 'l', state: 'free' })).toEqual(['A-2']);
    expect(ids({ q: 'a-' })).toEqual(['A-1', 'A-2']);
    expect(ids({ q: 'LIFT' })).toEqual(['A-2']);
    expect(ids({ q: '70b3 d57e' })).toEqual(['B-1']);
    expect(ids({ attention: '1' }, ['A-2'])).toEqual(['A-2', 'B-1']);
  });

  it('need attention when something is wrong, not because nobody watches them', () => {
    const none = new Set<string>();
    expect(needsAttention(bay('a', { state: 'unknown' }), none)).toBe(false);
    expect(needsAttention(bay('a', { state: 'unknown', sensor: serving }), none)).toBe(true);
    expect(needsAttention(bay('a', { state: 'free' }), new Set(['a']))).toBe(true);
  });

  it('stand by site, level as people count it, and zone; what has none comes last', () => {
    const bays = [
      bay('1'),
      bay('2', { level_id: 'x', level: 'Level 10', zone_id: 'b', zone: 'Staff' }),
      bay('3', { level_id: 'x', level: 'Level 10', zone_id: 'a', zone: 'Guests' }),
      bay('4', { level_id: 'y', level: 'Level 9' }),
    ];
    const order = (levelOrder: ReadonlyMap<string, number>) =>
      grouped(bays, { isOneSite: true, levelOrder }).map(({ bays }) => bays[0]?.id);
    expect(order(new Map())).toEqual(['4', '3', '2', '1']);
    expect(
      order(
        new Map([
          ['x', -1],
          ['y', 0],
        ]),
      ),
    ).toEqual(['3', '2', '4', '1']);
  });
});

describe('the rows of the grid', () => {
  const { rows, height } = laidOut(grouped(many(5000), one), 10, { head: 40, bays: 60 });

  it('are drawn only where one looks', () => {
    expect(height).toBe(40 + 500 * 60);
    const seen = rowsWithin(rows, 6_000, 6_600);
    expect(seen.length).toBeLessThan(13);
    expect(seen[0]?.top).toBeLessThanOrEqual(6_000);
    expect(rowsWithin(rows, -500, 0)).toEqual([]);
    expect(rowsWithin(rows, height, height + 500)).toEqual([]);
  });

  it('are walked through by the arrow keys, and nobody falls off', () => {
    const to = (id: string, key: string) => steppedTo(rows, id, key)?.id;
    expect(to('A-1', 'ArrowRight')).toBe('A-2');
    expect(to('A-10', 'ArrowRight')).toBe('A-11');
    expect(to('A-3', 'ArrowDown')).toBe('A-13');
    expect(to('A-13', 'ArrowUp')).toBe('A-3');
    expect(to('A-3', 'ArrowUp')).toBeUndefined();
    expect(to('A-1', 'ArrowLeft')).toBeUndefined();
    expect(to('A-7', 'End')).toBe('A-5000');
    expect(to('gone', 'ArrowRight')).toBeUndefined();
    expect(to('A-7', 'x')).toBeUndefined();
  });
});

describe('the numbers', () => {
  const counts = counted([
    bay('a'),
    bay('b', { state: 'occupied' }),
    bay('c', { state: 'unknown' }),
  ]);

  it('count occupancy among what is known and in service', () => {
    expect(occupancy(counts)).toBe(0.5);
    expect(occupancy(counted([bay('c', { state: 'maintenance' })]))).toBeNull();
  });

  it('of the day end with what is true now, not when the day was asked for', () => {
    const point = { at: '', free: 9, occupied: 1, reserved: 0, maintenance: 0, unknown: 0 };
    const trend: SiteTrend = { site_id: 's', step_minutes: 30, points: [point, point] };
    expect(courseOf(trend, counts, ({ free }) => free)).toEqual([9, 1]);
  });
});

describe('what is said aloud', () => {
  it('are changes of bays that were there before, each once and as it ended', () => {
    const before = new Map<string, SpaceState>([
      ['a', 'free'],
      ['b', 'free'],
      ['gone', 'free'],
    ]);
    const now = [bay('a'), bay('b', { state: 'occupied' }), bay('fresh', { state: 'occupied' })];
    expect([...changesSince(before, now)]).toEqual([['b', { code: 'b', state: 'occupied' }]]);
  });
});

describe('how current it is', () => {
  const at = 1_000_000;
  it.each([
    [{ isFresh: true, asOf: 0, isFailed: true }, 'live'],
    [{ isFresh: false, asOf: at - 10_000, isFailed: false }, 'recent'],
    [{ isFresh: false, asOf: at - 50_000, isFailed: false }, 'stale'],
    [{ isFresh: false, asOf: at - 1_000, isFailed: true }, 'stale'],
  ] as const)('%o is %s', (known, currency) => {
    expect(currencyOf(known, at)).toBe(currency);
  });
});
