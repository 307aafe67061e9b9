import { describe, expect, it } from 'vitest';
import type { OccurrenceOutcome, ReservationOccurrence } from '@/api/types';
import { counted, isStuck, partOf, repeatOf, ruleChangeOf, seriesKinds } from './seriesRule';

const on = (day: string) =>
  ({
    recurrence_time: `${day}T08:00:00Z`,
    start_time: `${day}T08:00:00Z`,
  }) as ReservationOccurrence;

/** Every weekday from a Monday on, five times; the last was left out. */
const series = {
  rule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=5',
  start_time: '2026-11-23T08:00:00Z',
  timezone: 'Europe/Paris',
  occurrences: ['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26'].map(on),
  exceptions: [
    {
      start_time: '2026-11-27T08:00:00Z',
      end_time: '2026-11-27T16:00:00Z',
      reason: 'excluded' as const,
    },
  ],
};

describe('what somebody begins with who changes a rule', () => {
  it('is the rule as it is', () => {
    expect(repeatOf(series, null)).toEqual({ repeats: 'weekdays', ends: 'times', times: 5 });
    const own = { ...series, rule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=3' };
    expect(repeatOf(own, null)).toEqual({ repeats: 'own', rule: own.rule });
  });

  it('from one date on ends where it ends, and is not counted anew', () => {
    expect(repeatOf(series, '2026-11-25T08:00:00Z')).toEqual({
      repeats: 'weekdays',
      ends: 'until',
      until: '2026-11-27',
    });
    const until = { ...series, rule: 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20261214T080000Z' };
    expect(repeatOf(until, '2026-11-30T08:00:00Z')).toEqual({
      repeats: 'weekly',
      interval: 1,
      days: ['MO'],
      ends: 'until',
      until: '2026-12-14',
    });
    const own = { ...series, rule: 'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1;COUNT=3' };
    const told = 'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1;UNTIL=20261127';
    expect(repeatOf(own, '2026-11-25T08:00:00Z')).toEqual({ repeats: 'own', rule: told });
  });

  it('repeats, whatever else', () => {
    expect(seriesKinds).not.toContain('none');
    expect(seriesKinds).toHaveLength(5);
  });
});

it('a rule that is the same is no change, and one from a date on names it', () => {
  expect(ruleChangeOf('FREQ=DAILY;COUNT=2', 'FREQ=DAILY;COUNT=2', null)).toEqual({});
  expect(ruleChangeOf('FREQ=DAILY;COUNT=3', 'FREQ=DAILY;COUNT=2', null)).toEqual({
    rule: 'FREQ=DAILY;COUNT=3',
  });
  expect(ruleChangeOf('FREQ=DAILY;COUNT=3', null, '2026-11-25T08:00:00Z')).toEqual({
    rule: 'FREQ=DAILY;COUNT=3',
    from: '2026-11-25T08:00:00Z',
  });
});

describe('what another rule would do', () => {
  const outcome = (
    fate: OccurrenceOutcome['fate'],
    verdict: OccurrenceOutcome['verdict'] = 'free',
  ) => ({ fate, verdict }) as OccurrenceOutcome;
  const all = [
    outcome('kept'),
    outcome('kept', 'cancellation_closed'),
    outcome('changed'),
    outcome('new'),
    outcome('new'),
    outcome('removed'),
    outcome('left_out', 'slot_taken'),
    outcome('left_out', 'excluded'),
  ];

  it('is counted, and a day that was left out on purpose is in nobody’s way', () => {
    expect(counted(all)).toEqual({ new: 2, removed: 1, changed: 1, kept: 2, left_out: 2 });
    expect(all.filter(isStuck)).toEqual([all[1], all[6]]);
  });

  it('is looked at whole, or what changes, or what is in the way', () => {
    expect(partOf(all, 'all')).toEqual(all);
    expect(partOf(all, 'changes')).toEqual([all[2], all[3], all[4], all[5]]);
    expect(partOf(all, 'stuck')).toEqual([all[1], all[6]]);
  });
});
