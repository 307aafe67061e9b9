import { describe, expect, it } from 'vitest';
import { layouts, perSheet, sheetsOf } from './labelSheets';

describe('labels', () => {
  it('fill sheet after sheet', () => {
    const labels = Array.from({ length: 30 }, (_, n) => n);
    expect(sheetsOf(labels, 'small', 0).map(({ length }) => length)).toEqual([24, 6]);
    expect(sheetsOf(labels, 'large', 0)).toHaveLength(15);
    expect(sheetsOf([], 'small', 3)).toEqual([]);
  });

  it('begin where the last print ended', () => {
    const [first = []] = sheetsOf([1, 2], 'medium', 3);
    expect(first).toEqual([null, null, null, 1, 2]);
    expect(sheetsOf([1], 'medium', 99)[0]).toHaveLength(perSheet('medium'));
  });

  it('never stand over the edge of the paper', () => {
    for (const { rows, height } of Object.values(layouts)) {
      expect(rows * height).toBeLessThanOrEqual(297);
    }
  });
});
