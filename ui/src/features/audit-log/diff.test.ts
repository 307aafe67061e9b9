import { describe, expect, it } from 'vitest';
import { differences } from './diff';

describe('what changed', () => {
  it('is told field by field, through nested objects', () => {
    expect(
      differences(
        { name: 'A', limits: { users: 10, spaces: 5 }, tags: ['x'] },
        { name: 'B', limits: { users: 10, spaces: 7 }, tags: ['x', 'y'], note: null },
      ),
    ).toEqual([
      { path: 'limits.spaces', kind: 'changed', old: '5', new: '7' },
      { path: 'limits.users', kind: 'same', old: '10', new: '10' },
      { path: 'name', kind: 'changed', old: 'A', new: 'B' },
      { path: 'note', kind: 'added', old: undefined, new: 'null' },
      { path: 'tags', kind: 'changed', old: '["x"]', new: '["x","y"]' },
    ]);
  });

  it('of something created is all new, of something deleted all old', () => {
    expect(differences(null, { a: 1 })).toEqual([
      { path: 'a', kind: 'added', old: undefined, new: '1' },
    ]);
    expect(differences({ a: true }, undefined)).toEqual([
      { path: 'a', kind: 'removed', old: 'true', new: undefined },
    ]);
  });

  it('of nothing is nothing', () => {
    expect(differences(null, null)).toEqual([]);
    expect(differences(undefined, undefined)).toEqual([]);
  });
});
