import { describe, expect, it } from 'vitest';
import type { Space } from '@/api/types';
import { BLANK, outlineOfBox } from '@/components/plan/geometry';
import {
  bound,
  changesOf,
  conflictsOf,
  type Drawing,
  drawingOf,
  faultsOf,
  followingCodes,
  type Item,
  knownAfter,
  knownOf,
  merged,
  numbered,
  ordered,
  replaced,
  without,
} from './drawing';

const LEVEL = 'level';
const shapeAt = (x: number) => [
  [x, 0.1],
  [x + 0.05, 0.1],
  [x + 0.05, 0.2],
  [x, 0.2],
];
const space = (id: string, x: number | null, level_id = LEVEL) =>
  ({ id, code: id.toUpperCase(), shape: x === null ? null : shapeAt(x), level_id }) as Space;
const draft = (key: string, x: number, y = 100): Item => ({
  key,
  code: null,
  spaceId: null,
  outline: outlineOfBox({ x, y, width: 40, height: 80 }),
});
const spaces = [space('a-1', 0.1), space('a-2', 0.3), space('a-3', null)];
const drawing = drawingOf(spaces, BLANK);
const known = knownOf(spaces);
const shifted = (from: Drawing, key: string, x: number) =>
  replaced(from, new Map([[key, outlineOfBox({ x, y: 300, width: 40, height: 80 })]]));

describe('what is sent', () => {
  it('is nothing while nothing has changed', () => {
    expect(drawing).toHaveLength(2);
    expect(changesOf(drawing, known, BLANK).count).toBe(0);
  });

  it('names where a bay was, where it is, and what is gone', () => {
    const next = without(shifted(drawing, 'a-1', 500), new Set(['a-2']));
    const { outlines, count } = changesOf([...next, draft('new', 900)], known, BLANK);
    expect(count).toBe(3);
    expect(outlines).toMatchObject([
      { id: 'a-1', was: shapeAt(0.1) },
      { id: 'a-2', was: shapeAt(0.3), shape: null },
    ]);
  });
});

describe('numbering', () => {
  it('binds bays that have no outline and makes those there are none of', () => {
    const items = [draft('x', 700), draft('y', 600)];
    const all = [...drawing, ...items];
    const codes = followingCodes('A-3', 2);
    const result = numbered(all, ordered(items, 'rows'), codes, spaces, LEVEL);
    expect(result).toMatchObject({ bound: 1, made: 1, taken: [] });
    const { outlines, drafts, unnamed } = changesOf(result.drawing, known, BLANK);
    expect(outlines).toMatchObject([{ id: 'a-3', was: null }]);
    expect(drafts).toMatchObject([{ code: 'A-4' }]);
    expect(unnamed).toBe(0);
  });

  it('says which codes are drawn already, here and on other levels', () => {
    const items = [draft('x', 700), draft('y', 600)];
    const others = [...spaces, space('b-1', 0.1, 'other')];
    const here = numbered([...drawing, ...items], items, ['A-1', 'B-1'], others, LEVEL);
    expect(here.taken).toEqual(['A-1', 'B-1']);
  });

  it('counts row by row, from left to right', () => {
    const items = [draft('d', 60, 300), draft('b', 60, 104), draft('a', 0), draft('c', 0, 305)];
    expect(ordered(items, 'rows').map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd']);
    expect(ordered(items, 'columns').map(({ key }) => key)).toEqual(['a', 'c', 'b', 'd']);
    expect(ordered(items, 'drawn').map(({ key }) => key)).toEqual(['d', 'b', 'a', 'c']);
  });

  it('goes on as wide as it begins', () => {
    expect(followingCodes('A-009', 3)).toEqual(['A-009', 'A-010', 'A-011']);
    expect(followingCodes('P7b', 2)).toEqual(['P7b', 'P8b']);
    expect(followingCodes('Gate', 2)).toEqual([]);
    expect(followingCodes('Gate', 1)).toEqual(['Gate']);
  });
});

describe('two people at one plan', () => {
  const mine = shifted(shifted(drawing, 'a-1', 500), 'a-2', 700);
  const theirs = [space('a-1', 0.7), space('a-2', 0.3), space('a-3', 0.5)];
  const living = new Set(['a-1', 'a-2', 'a-3']);
  const all = { known, theirs: { spaces: theirs, living }, size: BLANK };

  it('hear which bays both have drawn elsewhere', () => {
    expect(conflictsOf(changesOf(mine, known, BLANK), known, all.theirs)).toEqual(['a-1']);
  });

  it('keep what only one has changed, and of the rest what they choose', () => {
    const left = (keeps: 'mine' | 'theirs') =>
      changesOf(merged(mine, all, keeps), knownOf(theirs), BLANK).outlines.map(({ id }) => id);
    expect(left('mine').sort()).toEqual(['a-1', 'a-2']);
    expect(left('theirs')).toEqual(['a-2']);
  });

  it('make a bay again that one has moved and the other deleted, or let it go', () => {
    const gone = { spaces: [space('a-2', 0.3)], living: new Set(['a-2']) };
    expect(conflictsOf(changesOf(mine, known, BLANK), known, gone)).toEqual(['a-1']);
    const with_ = { known, theirs: gone, size: BLANK };
    const again = changesOf(merged(mine, with_, 'mine'), knownOf(gone.spaces), BLANK);
    expect(again.drafts.map(({ code }) => code)).toEqual(['A-1']);
    expect(merged(mine, with_, 'theirs').map(({ code }) => code)).toEqual(['A-2']);
  });

  it('do not take for their own what the other drew while they saved', () => {
    const sent = changesOf(shifted(drawing, 'a-1', 500), known, BLANK);
    const now = [space('a-1', 0.6), space('a-2', 0.8), space('a-3', 0.5)];
    const next = knownAfter(known, sent, now);
    expect(next.get('a-1')).toEqual(shapeAt(0.6));
    expect(next.get('a-2')).toEqual(shapeAt(0.3));
    expect(next.has('a-3')).toBe(false);
  });

  it('go back behind a save without making its bays twice', () => {
    const named = { ...draft('x', 700), code: 'A-3' };
    const [item] = bound([named], spaces);
    expect(item?.spaceId).toBe('a-3');
  });
});

it('an outline that crosses itself or leaves the plan is found', () => {
  const crossed: Item = {
    ...draft('x', 0),
    outline: [
      [0, 0],
      [50, 50],
      [50, 0],
      [0, 50],
    ],
  };
  expect(faultsOf([draft('a', 10), crossed, draft('b', -5)], BLANK).map(({ key }) => key)).toEqual([
    'x',
    'b',
  ]);
});
