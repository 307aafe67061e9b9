import { expect, it } from 'vitest';
import type { Space } from '@/api/types';
import { takenBack } from './takenBack';

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
