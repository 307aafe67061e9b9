import { describe, expect, it } from 'vitest';
import type { Reservation, ReservationOccurrence } from '@/api/types';
import {
  type ChangeValues,
  hoursOf,
  lengthOf,
  liesAhead,
  meant,
  oneChangeOf,
  seriesChangeOf,
  whoOf,
} from './seriesChange';

const ZONE = 'Europe/Paris';
const NOW = Date.parse('2026-11-24T12:00:00Z');

const occurrence = (day: number, status: ReservationOccurrence['status'] = 'confirmed') => {
  const at = `2026-11-${day}T08:00:00Z`;
  return {
    reservation_id: `r${day}`,
    recurrence_time: at,
    start_time: at,
    end_time: `2026-11-${day}T16:00:00Z`,
    space_id: 'a',
    space_code: 'A-1',
    status,
    is_detached: false,
  };
};

describe('which are meant', () => {
  const occurrences = [
    occurrence(23, 'completed'),
    occurrence(24),
    occurrence(25),
    occurrence(26, 'cancelled'),
    { ...occurrence(27), start_time: '2026-11-20T08:00:00Z' },
    occurrence(30),
  ];
  const ids = (scope: 'one' | 'following' | 'all', one?: ReservationOccurrence) =>
    meant({ occurrences }, scope, one, NOW).map(({ reservation_id }) => reservation_id);

  it('what has begun or was called off is not', () => {
    expect(liesAhead(occurrence(24), NOW)).toBe(false);
    expect(ids('all')).toEqual(['r25', 'r30']);
  });

  it('those that follow one are told by when the series has them', () => {
    expect(ids('following', occurrence(30))).toEqual(['r30']);
    expect(ids('following', occurrence(24))).toEqual(['r25', 'r30']);
    expect(ids('one', occurrence(30))).toEqual(['r30']);
  });
});

describe('how long it is', () => {
  it.each([
    ['09:00', '17:00', 480, 480],
    ['22:00', '06:00', 480, 480],
    ['09:00', '09:00', 60, 1440],
    // Over two nights it stays so.
    ['08:00', '10:00', 1500, 1560],
    ['08:00', '07:00', 1440, 1380],
  ])('from %s until %s', (from, until, before, length) => {
    expect(lengthOf(from, until, before)).toBe(length);
  });
});

describe('a change', () => {
  const slot = { start_time: '2026-11-25T08:00:00Z', end_time: '2026-11-25T16:00:00Z' };
  const hours = hoursOf(slot, ZONE);
  const who = whoOf({
    space_id: 'a',
    holder: { name: 'Ada', plate: 'AB-1' },
    notes: 'desk',
  } as Reservation);
  const values: ChangeValues = { ...who, date: '2026-11-25', from: '09:00', until: '17:00' };

  it('is empty where nothing is another', () => {
    expect(hours).toEqual({ date: '2026-11-25', from: '09:00', until: '17:00', minutes: 480 });
    expect(seriesChangeOf(hours, who, values)).toEqual({});
    expect(oneChangeOf(hours, who, values, ZONE)).toEqual({});
  });

  it('says only what is another, by the clocks of the site', () => {
    const later = { ...values, from: '10:00', until: '18:00', space_id: 'b' };
    expect(seriesChangeOf(hours, who, later)).toEqual({ start_time: '10:00', space_id: 'b' });
    const longer = { ...values, until: '18:30', notes: ' ' };
    expect(seriesChangeOf(hours, who, longer)).toEqual({ duration_minutes: 570, notes: null });
    const hers = { ...values, plate: '', name: 'Bo ' };
    expect(seriesChangeOf(hours, who, hers)).toEqual({ holder: { name: 'Bo' } });
  });

  it('of one alone has its instants: a night until the next day, a day with summer time', () => {
    const night = { ...values, date: '2026-11-26', from: '22:00', until: '06:00' };
    expect(oneChangeOf(hours, who, night, ZONE)).toEqual({
      start_time: '2026-11-26T21:00:00.000Z',
      end_time: '2026-11-27T05:00:00.000Z',
    });
    const spring = { ...values, date: '2027-03-29' };
    expect(oneChangeOf(hours, who, spring, ZONE)).toEqual({
      start_time: '2027-03-29T07:00:00.000Z',
      end_time: '2027-03-29T15:00:00.000Z',
    });
  });
});
