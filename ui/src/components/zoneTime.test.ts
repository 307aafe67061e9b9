import { describe, expect, it } from 'vitest';
import { instantOf, offsetName, wallOf } from './zoneTime';

describe('the time of a place', () => {
  it.each([
    ['Europe/Paris', '2026-11-21T14:05', '2026-11-21T13:05:00.000Z'],
    ['Europe/Paris', '2026-07-01T00:00', '2026-06-30T22:00:00.000Z'],
    ['Asia/Kathmandu', '2026-03-01T12:00', '2026-03-01T06:15:00.000Z'],
    ['America/New_York', '2026-12-31T23:59', '2027-01-01T04:59:00.000Z'],
    // Twice in the night in which summer ends: the first one.
    ['Europe/Paris', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
    // Skipped in the night in which summer begins.
    ['Europe/Paris', '2026-03-29T02:30', '2026-03-29T01:30:00.000Z'],
    ['Europe/Paris', '2026-03-29T03:00', '2026-03-29T01:00:00.000Z'],
    ['UTC', '2026-11-21T14:05', '2026-11-21T14:05:00.000Z'],
  ])('in %s, %s on the clock is %s', (zone, wall, instant) => {
    expect(instantOf(zone, wall)).toBe(instant);
  });

  it('is read from its clocks and put back to the second', () => {
    for (const zone of ['Europe/Paris', 'America/St_Johns', 'Asia/Kathmandu', 'UTC']) {
      for (const at of ['2026-11-21T13:05:07.000Z', '2026-07-01T23:59:59.000Z']) {
        expect(instantOf(zone, wallOf(zone, Date.parse(at)))).toBe(at);
      }
    }
    expect(wallOf('Europe/Paris', Date.parse('2026-11-21T23:05:07Z'))).toBe('2026-11-22T00:05:07');
  });

  it('says how far ahead its clocks are', () => {
    const winter = Date.parse('2026-11-21T12:00:00Z');
    expect(offsetName('UTC', winter)).toBe('UTC');
    expect(offsetName('Europe/Zurich', winter)).toBe('UTC+1');
    expect(offsetName('America/St_Johns', winter)).toBe('UTC−3:30');
    expect(offsetName('Europe/Zurich', Date.parse('2026-07-01T12:00:00Z'))).toBe('UTC+2');
  });
});
