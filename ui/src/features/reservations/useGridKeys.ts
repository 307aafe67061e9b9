import { type KeyboardEvent, useState } from 'react';
import { nudged, stretchFrom } from './dragging';
import type { Placed, Wish } from './spans';
import { type Cursor, coveringSpan, firstStop, steppedTo } from './stops';
import type { Axis, Span } from './timeAxis';
import { type Draft, wishOf } from './useShifting';

type Options = {
  axis: Axis;
  now: number;
  /** How far an arrow key leads over what is free. */
  step: number;
  rows: number;
  spaceAt: (row: number) => string | null;
  rowOf: (spaceId: string) => number;
  of: (row: number) => readonly Placed[];
  draft: Draft | null;
  isFixed: boolean;
  onDraft: (draft: Draft | null) => void;
  onDrop: (draft: Draft) => void;
  onOpen: (booking: Placed) => void;
  onCreate: (wish: Wish) => void;
};

const ARROWS = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']);
const GRIPS: Record<string, 'move' | 'start' | 'end'> = { m: 'move', s: 'start', e: 'end' };

/** The calendar from the keyboard: one place has the focus, and keys lead from it. */
export function useGridKeys(options: Options) {
  const { axis, now, step, rows, spaceAt, rowOf, of, draft, isFixed } = options;
  const [wanted, setWanted] = useState<Cursor | null>(null);
  /** How much of a free stretch is chosen, if more than a step. */
  const [until, setUntil] = useState<number | null>(null);
  const isInside = wanted && axis.start <= wanted.at && wanted.at < axis.end;
  const at = isInside ? wanted.at : firstStop(axis, step, now);
  const cursor: Cursor = { row: Math.min(wanted?.row ?? 0, Math.max(0, rows - 1)), at };
  const booking = coveringSpan(of(cursor.row), cursor.at);
  const free: Span = { start: cursor.at, end: Math.max(until ?? 0, cursor.at + step) };

  function moveTo(next: Cursor) {
    setWanted(next);
    setUntil(null);
  }

  /** Moves what is held; true if the key was meant for it. */
  function shift(held: Draft, event: KeyboardEvent): boolean {
    const { grip, wish, source } = held;
    if (event.key === 'Escape') options.onDraft(null);
    else if (event.key === 'Enter' || event.key === ' ') options.onDrop(held);
    else if (ARROWS.has(event.key) && grip !== 'create') {
      const isVertical = event.key === 'ArrowUp' || event.key === 'ArrowDown';
      if (isVertical && grip !== 'move') return true;
      const row = rowOf(wish.spaceId) + (event.key === 'ArrowDown' ? 1 : -1);
      const next = isVertical
        ? { ...wish, spaceId: spaceAt(row) ?? wish.spaceId }
        : nudged(grip, wish, event.key, event.shiftKey);
      options.onDraft({ grip, wish: next, source, by: 'keys' });
    } else return event.key !== 'Tab';
    return true;
  }

  function create() {
    const spaceId = spaceAt(cursor.row);
    if (!spaceId || isFixed) return;
    const span = until ? free : stretchFrom(cursor.at, of(cursor.row));
    options.onCreate({ spaceId, ...span });
  }

  /** Whether a key means something where one is; it does it then. */
  function act(event: KeyboardEvent): boolean {
    const grip = GRIPS[event.key.toLowerCase()];
    const isControl = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' || event.key === ' ') {
      if (booking) options.onOpen(booking);
      else create();
      return true;
    }
    if (grip && booking?.isBlocking && !isFixed && !isControl && !event.altKey) {
      options.onDraft({ grip, wish: wishOf(booking), source: booking, by: 'keys' });
      return true;
    }
    if (event.shiftKey && !booking && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
      const next = free.end + (event.key === 'ArrowRight' ? step : -step);
      setUntil(Math.min(Math.max(next, cursor.at + step), axis.end));
      return true;
    }
    const spansOf = (row: number) => of(row);
    const around = { line: axis, rows, step, spansOf };
    const next = steppedTo(cursor, { key: event.key, isControl }, around);
    if (next) moveTo(next);
    return next !== null || ARROWS.has(event.key);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.altKey) return;
    const isTaken = draft?.by === 'keys' ? shift(draft, event) : act(event);
    if (!isTaken) return;
    event.preventDefault();
    event.stopPropagation();
  }

  return { cursor, booking, free, moveTo, create, onKeyDown };
}
