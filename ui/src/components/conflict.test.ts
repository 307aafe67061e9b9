import { describe, expect, it } from 'vitest';
import { clashes, merged } from './conflict';

const fields = ['name', 'notes', 'serial'] as const;
type Values = { name: string; notes?: string | null; serial: string };
const base: Values = { name: 'S-1', notes: null, serial: 'x' };
const theirs: Values = { name: 'Sensor 1', notes: null, serial: 'y' };

describe('two people at one form', () => {
  it('are told apart by what they changed', () => {
    const mine: Values = { name: 'North 1', serial: 'x' };
    expect(clashes(base, theirs, mine, fields)).toEqual([
      { field: 'name', isBoth: true },
      { field: 'serial', isBoth: false },
    ]);
    expect(merged(base, theirs, mine, fields)).toEqual({
      name: 'North 1',
      notes: null,
      serial: 'y',
    });
  });

  it('who wrote the same have no quarrel', () => {
    expect(clashes(base, theirs, { ...theirs }, fields).some(({ isBoth }) => isBoth)).toBe(false);
  });
});
