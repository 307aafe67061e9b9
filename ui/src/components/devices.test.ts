import { describe, expect, it } from 'vitest';
import { freshness, quality, wholeUnits } from './devices';

const NOW = Date.parse('2026-11-21T03:00:00Z');

describe('how fresh a device is', () => {
  it('is never said of one that was never heard', () => {
    expect(freshness({ last_seen_at: null, silent_at: null }, NOW)).toBe('never');
  });

  it('is not judged where nobody knows how often it speaks', () => {
    const seen = { last_seen_at: '2026-01-01T00:00:00Z', silent_at: null };
    expect(freshness(seen, NOW)).toBe('unjudged');
  });

  it('turns at the instant the server names', () => {
    const seen = { last_seen_at: '2026-11-21T00:00:00Z', silent_at: '2026-11-21T03:00:00Z' };
    expect(freshness(seen, NOW - 1)).toBe('heard');
    expect(freshness(seen, NOW)).toBe('silent');
  });
});

describe('the signal', () => {
  it('is judged by what is known, and not at all by nothing', () => {
    expect(quality(null, undefined)).toBeNull();
    expect(quality(-80, 9.5)).toBe('good');
    expect(quality(-80, null)).toBe('good');
    expect(quality(-110, -4)).toBe('fair');
    expect(quality(-80, -12)).toBe('weak');
    expect(quality(-121, 2)).toBe('weak');
    expect(quality(null, -19)).toBe('weak');
  });
});

describe('a heartbeat', () => {
  it('is told in the largest unit that fits exactly', () => {
    expect(wholeUnits(86_400)).toEqual({ n: 1, unit: 'day' });
    expect(wholeUnits(5_400)).toEqual({ n: 90, unit: 'minute' });
    expect(wholeUnits(21_600)).toEqual({ n: 6, unit: 'hour' });
    expect(wholeUnits(45)).toEqual({ n: 45, unit: 'second' });
  });
});
