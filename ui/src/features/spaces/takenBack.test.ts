import { expect, it } from 'vitest';
import type { Space } from '@/api/types';
import { takenBack, takenOutAgain } from './takenBack';

const shape = [
  [0, 0],
  [0.1, 0],
  [0.1, 0.1],
];
const bay = (id: string, fields: Partial<Space>) => ({ id, kind: 'general', ...fields }) as Space;

it('what was alike is given back together, and only what was taken', () => {
  const bays = [bay('a', {}), bay('b', { kind: 'staff' }), bay('c', { name: 'Gate' })];
  expect(takenBack(bays, { kind: 'disabled' })).toEqual({
    changes: [
      { ids: ['a', 'c'], change: { kind: 'general' } },
      { ids: ['b'], change: { kind: 'staff' } },
    ],
    outlines: [],
  });
});

it('a bay that comes back to its level comes back to its place on the plan', () => {
  const bays = [bay('a', { level_id: 'P1', shape }), bay('b', { level_id: 'P1' })];
  const { changes, outlines } = takenBack(bays, { level_id: null });
  expect(changes).toEqual([{ ids: ['a', 'b'], change: { level_id: 'P1' } }]);
  expect(outlines).toEqual([{ level_id: 'P1', outlines: [{ id: 'a', shape }] }]);
});

it('what was ended is taken out again, what runs from now on and what was planned when it was', () => {
  const one = { id: 'o', created_at: '2027-01-01T00:00:00Z', kind: 'blocked', reason: 'Fair' };
  const [running, planned] = ['2027-01-18T10:00:00Z', '2027-01-20T10:00:00Z'];
  const overrides: Space['overrides'] = [
    { ...one, starts_at: running, ends_at: null, notes: null, created_by: 'Ada' },
    {
      ...one,
      starts_at: planned,
      ends_at: '2027-01-21T10:00:00Z',
      notes: 'Gate',
      created_by: null,
    },
  ];
  const again = { state: 'maintenance', kind: 'blocked', reason: 'Fair' };
  expect(takenOutAgain(overrides, Date.parse('2027-01-18T12:00:00Z'))).toEqual([
    again,
    { ...again, starts_at: planned, ends_at: '2027-01-21T10:00:00Z', notes: 'Gate' },
  ]);
});
