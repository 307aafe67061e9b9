import { describe, expect, it } from 'vitest';
import { coveringSpan, firstStop, steppedTo } from './stops';
import { axisOf, HOUR_MS } from './timeAxis';

const line = axisOf('Europe/Paris', 'day', '2026-11-22');
const hour = (n: number) => line.start + n * HOUR_MS;
const span = (from: number, until: number) => ({ start: hour(from), end: hour(until) });
/** Two reservations in the first row, one of which began the day before. */
const rows = [[span(-3, 2), span(9.25, 10.5), span(10.5, 12)], [], []];
const around = {
  line,
  rows: rows.length,
  step: HOUR_MS,
  spansOf: (row: number) => rows[row] ?? [],
};
const go = (row: number, at: number, key: string, isControl = false) => {
  const next = steppedTo({ row, at: hour(at) }, { key, isControl }, around);
  return next && [next.row, (next.at - line.start) / HOUR_MS];
};

describe('the way of the arrow keys', () => {
  it('stops at each reservation and each free stretch once', () => {
    const stops: number[] = [];
    for (let at: number | undefined = 0; at !== undefined && at < 13; ) {
      stops.push(at);
      at = go(0, at, 'ArrowRight')?.[1];
    }
    expect(stops).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9, 9.25, 10.5, 12]);
  });

  it('leads back as it came', () => {
    const stops: number[] = [];
    for (let at: number | undefined = 13; at !== undefined; ) {
      stops.push(at);
      at = go(0, at, 'ArrowLeft')?.[1];
    }
    expect(stops).toEqual([13, 12, 10.5, 9.25, 9, 8, 7, 6, 5, 4, 3, 2, 0]);
  });

  it('ends where the day ends', () => {
    expect(go(1, 0, 'ArrowLeft')).toBeNull();
    expect(go(1, 23, 'ArrowRight')).toBeNull();
    expect(go(1, 3, 'Home')).toEqual([1, 0]);
    expect(go(1, 3, 'End')).toEqual([1, 23]);
    expect(go(1, 3, 'Home', true)).toEqual([0, 0]);
    expect(go(1, 3, 'End', true)).toEqual([2, 23]);
  });

  it('goes from bay to bay at the same time', () => {
    expect(go(0, 9, 'ArrowDown')).toEqual([1, 9]);
    expect(go(0, 9, 'ArrowUp')).toEqual([0, 9]);
    expect(go(0, 9, 'PageDown')).toEqual([2, 9]);
    expect(go(1, 9, 'ArrowRight', true)).toEqual([1, 17]);
    expect(go(1, 9, 'x')).toBeNull();
  });

  it('finds what covers an instant, the last that began', () => {
    const [early, late] = [span(1, 5), span(2, 3)];
    expect(coveringSpan([early, late], hour(2.5))).toBe(late);
    expect(coveringSpan([early, late], hour(4))).toBe(early);
    expect(coveringSpan([early, late], hour(5))).toBeUndefined();
  });

  it('begins now, or in the morning of another day', () => {
    expect(firstStop(line, HOUR_MS, hour(14.7))).toBe(hour(14));
    expect(firstStop(line, HOUR_MS, hour(50))).toBe(hour(8));
  });
});
