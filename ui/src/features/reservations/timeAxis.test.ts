import { describe, expect, it } from 'vitest';
import {
  addDays,
  axisOf,
  dateOf,
  dayOf,
  HOUR_MS,
  hoursOf,
  instantAt,
  isDate,
  mondayOf,
  partOf,
  snapped,
  ticksOf,
} from './timeAxis';

const at = (text: string) => Date.parse(text);
const labels = (zone: string, date: string, every = 1) =>
  ticksOf(axisOf(zone, 'day', date), every).map(({ label }) => label);

describe('days of the calendar', () => {
  it('follow one another over months and years', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-03-29', -1)).toBe('2026-03-28');
  });

  it('belong to the week that began on Monday', () => {
    expect(mondayOf('2026-11-22')).toBe('2026-11-16');
    expect(mondayOf('2026-11-23')).toBe('2026-11-23');
  });

  it('are those of the site, not of the reader', () => {
    expect(dateOf('Europe/Paris', at('2026-11-21T23:30:00Z'))).toBe('2026-11-22');
    expect(dateOf('America/New_York', at('2026-11-22T04:30:00Z'))).toBe('2026-11-21');
  });

  it.each([
    ['2026-11-22', true],
    ['2026-02-30', false],
    ['22.11.2026', false],
    ['', false],
    [null, false],
  ])('%s is one: %s', (text, is) => {
    expect(isDate(text)).toBe(is);
  });
});

describe('a day is as long as it is', () => {
  it.each([
    ['Europe/Paris', '2026-03-29', 23],
    ['Europe/Paris', '2026-10-25', 25],
    ['Europe/Paris', '2026-11-22', 24],
    ['America/New_York', '2026-03-08', 23],
    ['America/New_York', '2026-11-01', 25],
    // Half an hour is taken and given there.
    ['Australia/Lord_Howe', '2026-10-04', 23.5],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    // Summer begins at midnight: the first hour of the day is missing.
    ['Africa/Cairo', '2026-04-24', 23],
  ])('in %s, %s has %d hours', (zone, date, hours) => {
    expect(hoursOf(dayOf(zone, date))).toBe(hours);
  });

  it('and a week as its days', () => {
    expect(hoursOf(axisOf('Europe/Paris', 'week', '2026-03-25'))).toBe(167);
    expect(hoursOf(axisOf('America/New_York', 'week', '2026-11-01'))).toBe(169);
    const { days } = axisOf('Europe/Paris', 'week', '2026-10-25');
    expect(days.map(({ date }) => date)).toEqual([
      '2026-10-19',
      '2026-10-20',
      '2026-10-21',
      '2026-10-22',
      '2026-10-23',
      '2026-10-24',
      '2026-10-25',
    ]);
    for (const [n, day] of days.entries()) expect(day.start).toBe(days[n - 1]?.end ?? day.start);
  });
});

describe('places on the line', () => {
  it('follow the time that passes', () => {
    const axis = axisOf('Europe/Paris', 'day', '2026-03-29');
    // The clocks show 12:00 eleven hours after midnight.
    expect(partOf(axis, at('2026-03-29T10:00:00Z'))).toBeCloseTo(11 / 23);
    expect(instantAt(axis, 11 / 23)).toBeCloseTo(at('2026-03-29T10:00:00Z'));
    expect(partOf(axis, axis.start)).toBe(0);
    expect(partOf(axis, axis.end)).toBe(1);
  });

  it('have the names that the clocks of the site show', () => {
    expect(labels('Europe/Paris', '2026-03-29').slice(0, 5)).toEqual([
      '00:00',
      '01:00',
      '03:00',
      '04:00',
      '05:00',
    ]);
    expect(labels('America/New_York', '2026-03-08').slice(1, 4)).toEqual([
      '01:00',
      '03:00',
      '04:00',
    ]);
    expect(labels('Asia/Kathmandu', '2026-03-08')).toHaveLength(24);
    expect(labels('Europe/Paris', '2026-11-22', 6)).toEqual(['00:00', '06:00', '12:00', '18:00']);
  });

  it.each([
    ['Europe/Paris', '2026-10-25', '02:00', '2026-10-25T00:00:00Z'],
    ['America/New_York', '2026-11-01', '01:00', '2026-11-01T05:00:00Z'],
  ])('in %s on %s, %s occurs twice, an hour apart', (zone, date, label, first) => {
    const twice = ticksOf(axisOf(zone, 'day', date), 1).filter((tick) => tick.label === label);
    expect(twice.map((tick) => tick.at - at(first))).toEqual([0, HOUR_MS]);
    expect(twice.map(({ isSecond }) => isSecond)).toEqual([false, true]);
  });

  it('land on quarters of an hour', () => {
    expect(snapped(at('2026-11-22T10:07:00Z'))).toBe(at('2026-11-22T10:00:00Z'));
    expect(snapped(at('2026-11-22T10:08:00Z'))).toBe(at('2026-11-22T10:15:00Z'));
  });
});
