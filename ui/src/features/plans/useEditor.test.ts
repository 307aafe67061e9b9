import { act, renderHook } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { BLANK, boxOf, middleOf, outlineOfBox } from '@/components/plan/geometry';
import type { Item } from './drawing';
import { gripped } from './Handles';
import { useEditor } from './useEditor';

const bay = (key: string, x: number): Item => ({
  key,
  code: key,
  spaceId: key,
  outline: outlineOfBox({ x, y: 100, width: 50, height: 100 }),
});
const start = [bay('A-1', 100), bay('A-2', 200)];

function opened() {
  const { result } = renderHook(() => useEditor(start, BLANK));
  const boxes = () => result.current.drawing.map(({ outline }) => boxOf([outline]));
  return { editor: () => result.current, boxes };
}

describe('the editor', () => {
  it('moves what is selected together, as far as the plan goes, and takes a run of nudges back at once', () => {
    const { editor, boxes } = opened();
    act(() => editor().selectAll());
    for (const _ of [1, 2, 3]) act(() => editor().move(-40, 0, 'nudge'));
    expect(boxes().map(({ x }) => x)).toEqual([0, 100]);
    act(() => editor().undo());
    expect(boxes().map(({ x }) => x)).toEqual([100, 200]);
    expect(editor().canUndo).toBe(false);
    act(() => editor().redo());
    expect(boxes().map(({ x }) => x)).toEqual([0, 100]);
  });

  it('selects what is drawn, and forgets what is gone', () => {
    const { editor } = opened();
    act(() => void editor().add([outlineOfBox({ x: 400, y: 0, width: 50, height: 100 })]));
    expect(editor().items.map(({ code }) => code)).toEqual([null]);
    act(() => editor().undo());
    expect(editor().selected.size).toBe(0);
    act(() => editor().select(['A-1']));
    act(() => editor().erase());
    expect(editor().drawing.map(({ key }) => key)).toEqual(['A-2']);
  });

  it('turns several around their middle, and brings them back where they were', () => {
    const { editor, boxes } = opened();
    act(() => editor().selectAll());
    act(() => editor().turn(90));
    expect(boxes().map(({ width }) => Math.round(width))).toEqual([100, 100]);
    act(() => editor().turn(-90));
    expect(boxes().map(({ x }) => Math.round(x))).toEqual([100, 200]);
  });

  it('makes bays wider and longer around their own middles, but never nothing', () => {
    const { editor } = opened();
    act(() => editor().select(['A-1']));
    act(() => editor().grow(10, -500));
    const [item] = editor().items;
    expect(boxOf([item?.outline ?? []])).toMatchObject({ width: 60, height: 6 });
    expect(middleOf(item?.outline ?? [])).toEqual([125, 150]);
  });
});

describe('a handle', () => {
  const [one] = start;
  const pull = { from: [150, 100], to: [170, 80], centre: [125, 150], isSnapping: true } as const;

  it('keeps a rectangle one, unless its corners are free', () => {
    const corner = (isFree: boolean) =>
      gripped(one ? [one] : [], { kind: 'corner', corner: 1 }, { ...pull, isFree }).get('A-1');
    expect(boxOf([corner(false) ?? []])).toEqual({ x: 100, y: 80, width: 70, height: 120 });
    expect(corner(true)?.[1]).toEqual([170, 80]);
    expect(corner(true)?.[0]).toEqual([100, 100]);
  });

  it('turns in steps while it aligns', () => {
    const turned = gripped(
      one ? [one] : [],
      { kind: 'turn' },
      { from: [125, 50], to: [222, 140], centre: [125, 150], isSnapping: true, isFree: false },
    ).get('A-1');
    expect(Math.round(boxOf([turned ?? []]).width)).toBe(100);
  });
});
