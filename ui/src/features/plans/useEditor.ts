/** What is drawn, what is selected, and every deed at it, each a step one can go back. */
import { useMemo, useReducer, useRef } from 'react';
import {
  boxOf,
  type Corner,
  centreOfBox,
  heldOnPlan,
  middleOf,
  moved,
  type Outline,
  outlineOf,
  rectangleOf,
  rotated,
  type Size,
} from '@/components/plan/geometry';
import { type Drawing, type Item, replaced, without } from './drawing';
import { begun, everywhere, type History, redone, stepped, undone } from './history';

type State = { history: History<Drawing>; selected: ReadonlySet<string> };
type Step = {
  kind: 'step';
  change: (drawing: Drawing, selected: ReadonlySet<string>) => Drawing;
  select?: Iterable<string>;
  run?: string;
};
type Action =
  | Step
  | { kind: 'select'; keys: Iterable<string> }
  | { kind: 'undo' | 'redo' }
  | { kind: 'everywhere'; change: (drawing: Drawing) => Drawing };

function afterwards(state: State, action: Action): State {
  const { history, selected } = state;
  switch (action.kind) {
    case 'step': {
      const next = action.change(history.present, selected);
      return {
        history: stepped(history, next, action.run ?? null),
        selected: action.select ? new Set(action.select) : selected,
      };
    }
    case 'select':
      // What one does to other bays is a step of its own.
      return { history: { ...history, run: null }, selected: new Set(action.keys) };
    case 'undo':
      return among({ history: undone(history), selected });
    case 'redo':
      return among({ history: redone(history), selected });
    case 'everywhere':
      return among({ history: everywhere(history, action.change), selected });
  }
}

/** Selected is only what there is. */
function among({ history, selected }: State): State {
  const keys = new Set(history.present.map(({ key }) => key));
  return { history, selected: new Set([...selected].filter((key) => keys.has(key))) };
}

export type Editor = ReturnType<typeof useEditor>;

export function useEditor(start: Drawing, size: Size) {
  const [{ history, selected }, dispatch] = useReducer(afterwards, start, (drawing: Drawing) => ({
    history: begun(drawing),
    selected: new Set<string>(),
  }));
  const made = useRef(0);
  const drawing = history.present;
  const items = useMemo(() => drawing.filter(({ key }) => selected.has(key)), [drawing, selected]);

  /** Changes the outlines of what is selected, together, and never off the plan. */
  function change(shape: (item: Item) => Outline, run?: string) {
    const outlines = items.map((item) => shape(item));
    const [dx, dy] = heldOnPlan(boxOf(outlines), 0, 0, size);
    const next = new Map(
      items.map(({ key }, index) => [key, moved(outlines[index] ?? [], dx, dy)] as const),
    );
    dispatch({ kind: 'step', change: (now) => replaced(now, next), run });
  }

  function add(outlines: readonly Outline[], options: { keepsSelected?: boolean } = {}): string[] {
    const added = outlines.map((outline): Item => {
      made.current += 1;
      return { key: `drawn-${made.current}`, code: null, spaceId: null, outline };
    });
    const keys = added.map(({ key }) => key);
    dispatch({
      kind: 'step',
      change: (now) => [...now, ...added],
      select: options.keepsSelected ? [...selected, ...keys] : keys,
    });
    return keys;
  }

  return {
    drawing,
    selected,
    items,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    undo: () => dispatch({ kind: 'undo' }),
    redo: () => dispatch({ kind: 'redo' }),
    select: (keys: Iterable<string>) => dispatch({ kind: 'select', keys }),
    selectAll: () => dispatch({ kind: 'select', keys: drawing.map(({ key }) => key) }),
    add,
    change,
    put: (next: Drawing, select?: Iterable<string>) =>
      dispatch({ kind: 'step', change: () => next, ...(select ? { select } : {}) }),
    learn: (fact: (drawing: Drawing) => Drawing) => dispatch({ kind: 'everywhere', change: fact }),
    move(dx: number, dy: number, run?: string) {
      const [mx, my] = heldOnPlan(boxOf(items.map(({ outline }) => outline)), dx, dy, size);
      if (mx === 0 && my === 0) return;
      change(({ outline }) => moved(outline, mx, my), run);
    },
    turn(degrees: number, run?: string) {
      const centre = centreOf(items);
      change(({ outline }) => rotated(outline, centre, degrees), run);
    },
    /** Each by its own middle: so much wider and higher. */
    grow(dw: number, dh: number, run?: string) {
      change(({ outline }) => grown(outline, dw, dh), run);
    },
    erase: () => dispatch({ kind: 'step', change: (now, keys) => without(now, keys), select: [] }),
  };
}

/** The middle of all that is selected, around which it turns. */
export const centreOf = (items: readonly Item[]): Corner =>
  items.length === 1 && items[0]
    ? middleOf(items[0].outline)
    : centreOfBox(boxOf(items.map(({ outline }) => outline)));

const LEAST = 6;

function grown(outline: Outline, dw: number, dh: number): Outline {
  const rectangle = rectangleOf(outline);
  if (!rectangle) {
    const [cx, cy] = middleOf(outline);
    const box = boxOf([outline]);
    const [sx, sy] = [
      Math.max(LEAST, box.width + dw) / (box.width || 1),
      Math.max(LEAST, box.height + dh) / (box.height || 1),
    ];
    return outline.map(([x, y]) => [cx + (x - cx) * sx, cy + (y - cy) * sy]);
  }
  const { width, height } = rectangle;
  return outlineOf({
    ...rectangle,
    width: Math.max(LEAST, width + dw),
    height: Math.max(LEAST, height + dh),
  });
}
