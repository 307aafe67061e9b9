import { describe, expect, it } from 'vitest';
import type { Site } from '@/api/types';
import { arcsOf, gridLines, gridStep } from './siteMarkers';

describe('a marker', () => {
  it('is a ring of the states there are', () => {
    const stats = { free: 6, occupied: 3, reserved: 0, maintenance: 0, unknown: 3 };
    expect(arcsOf(stats as Site['stats'])).toEqual([
      { state: 'free', from: 0, share: 0.5 },
      { state: 'occupied', from: 0.5, share: 0.25 },
      { state: 'unknown', from: 0.75, share: 0.25 },
    ]);
  });

  it('of a site without bays is an empty ring', () => {
    expect(arcsOf(null)).toEqual([]);
  });
});

describe('the plain map', () => {
  it('has a few lines at whole steps however near one looks', () => {
    for (const span of [360, 40, 3, 0.2, 0.004]) {
      const step = gridStep(span);
      const lines = gridLines(7.1234, 7.1234 + span, step);
      expect(lines.length).toBeGreaterThanOrEqual(3);
      expect(lines.length).toBeLessThanOrEqual(24);
    }
    expect(gridLines(-0.15, 0.15, 0.1)).toEqual([-0.1, 0, 0.1]);
  });
});
