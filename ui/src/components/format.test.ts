import { describe, expect, it } from 'vitest';
import { createFormats } from './format';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const ago = (seconds: number) => NOW - seconds * 1000;
/** Intl puts narrow and non-breaking spaces where a reader sees a space. */
const plain = (text: string) => text.replace(/\s/g, ' ');

describe('formats', () => {
  it.each([
    [0, 0, 'second'],
    [12, -12, 'second'],
    [100, -2, 'minute'],
    [3 * 3600, -3, 'hour'],
    [86400, -1, 'day'],
    [-7200, 2, 'hour'],
    [400 * 86400, -1, 'year'],
  ] as const)('%s seconds ago is %s %s', (seconds, amount, unit) => {
    for (const [code, region] of [
      ['en', 'en-GB'],
      ['fr', 'fr-FR'],
    ] as const) {
      const words = new Intl.RelativeTimeFormat(region, { numeric: 'auto', style: 'short' });
      expect(createFormats(code).since(ago(seconds), NOW)).toBe(words.format(amount, unit));
    }
  });

  it('use the 24-hour clock, and the day before the month', () => {
    const evening = new Date(2026, 10, 21, 21, 5);
    expect(plain(createFormats('en').instant(evening))).toBe('21 Nov 2026, 21:05');
    expect(plain(createFormats('fr').instant(evening))).toBe('21 nov. 2026, 21:05');
  });

  it('say how long something is in the largest units that fit', () => {
    expect(createFormats('en').duration(1440)).toBe('1 day');
    expect(createFormats('en').duration(1565)).toBe('1 day, 2 hours, 5 minutes');
    expect(createFormats('en').duration(0)).toBe('0 minutes');
    expect(plain(createFormats('fr').duration(44_640))).toBe('31 jours');
  });

  it('write numbers as each language does', () => {
    expect(createFormats('en').number(20000)).toBe('20,000');
    expect(plain(createFormats('fr').number(20000))).toBe('20 000');
    expect(createFormats('fr').list(['a', 'b', 'c'])).toBe('a, b et c');
  });
});
