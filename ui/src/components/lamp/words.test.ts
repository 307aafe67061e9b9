import { describe, expect, it } from 'vitest';
import type { Display } from '@/api/types';
import { shownColor } from './words';

const told = (at: string): Display['transmitted'] => ({
  f_port: 15,
  payload: 'ff00006400',
  look: { state: 'occupied', color: 'FF0000', blink_ms: null },
  at,
  why: null,
});
const said = (at: string) => ({ at, color: '00FF00' }) as Display['shown'];

describe('what a lamp shows', () => {
  it('is what it said after it was told, to the digit of a second', () => {
    const transmitted = told('2026-11-22T10:00:00Z');
    // As texts the dot would come before the letter.
    expect(shownColor({ transmitted, shown: said('2026-11-22T10:00:00.500Z') })).toBe('00FF00');
    expect(shownColor({ transmitted, shown: said('2026-11-22T09:59:59.999Z') })).toBe('FF0000');
    const later = told('2026-11-22T10:00:00.250Z');
    expect(shownColor({ transmitted: later, shown: said('2026-11-22T10:00:00Z') })).toBe('FF0000');
  });

  it('is what it said where it was told nothing, and nobody knows where it said nothing either', () => {
    expect(shownColor({ transmitted: null, shown: said('2026-11-22T10:00:00Z') })).toBe('00FF00');
    expect(shownColor({ transmitted: null, shown: null })).toBeNull();
  });
});
