import { type RefObject, useEffect } from 'react';
import type { Ghost } from './CalendarRow';
import { type Axis, partOf } from './timeAxis';
import { HEAD, LABEL, ROW } from './useRowsInView';
import type { Draft } from './useShifting';

type FocusOptions = {
  frame: RefObject<HTMLDivElement | null>;
  sheet: RefObject<HTMLDivElement | null>;
  axis: Axis;
  cursor: { row: number; at: number };
  ghost: Ghost | null;
  draft: Draft | null;
  goesTo: RefObject<'cursor' | null>;
};

/** Leads the focus to where the keys led, and brings that into sight. */
export function useGridFocus({ frame, sheet, axis, cursor, ghost, draft, goesTo }: FocusOptions) {
  const heldAt = draft?.by === 'keys' && ghost ? ghost.wish.start : null;

  function reveal(element: HTMLElement, row: number, at: number) {
    const width = (sheet.current?.clientWidth ?? LABEL) - LABEL;
    const x = LABEL + partOf(axis, at) * width;
    const left = element.scrollLeft + LABEL;
    const right = element.scrollLeft + element.clientWidth;
    if (x < left || x > right - 60) element.scrollLeft = x - LABEL - element.clientWidth / 3;
    const top = HEAD + row * ROW;
    if (top < element.scrollTop + HEAD) element.scrollTop = top - HEAD;
    else if (top + ROW > element.scrollTop + element.clientHeight)
      element.scrollTop = top + ROW - element.clientHeight;
  }

  // A place may only exist once it is drawn.
  useEffect(() => {
    const element = frame.current;
    if (!element || goesTo.current === null) return;
    goesTo.current = null;
    reveal(element, cursor.row, cursor.at);
    element.scrollIntoView?.({ block: 'nearest' });
    element.querySelector<HTMLElement>('[data-cursor]')?.focus({ preventScroll: true });
  });

  // What is moved by keys is seen where it would lie.
  const heldRow = ghost && draft?.by === 'keys' ? ghost.wish.spaceId : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time it would lie elsewhere.
  useEffect(() => {
    const element = frame.current;
    if (!element || heldAt === null) return;
    const ghostRow = element.querySelector<HTMLElement>(`[data-track="${heldRow}"]`)?.parentElement;
    reveal(element, ghostRow ? (ghostRow.offsetTop - HEAD) / ROW : cursor.row, heldAt);
  }, [heldAt, heldRow]);

  // Another stretch of time begins at the present, or at the hours at which people come.
  const begins = `${axis.start} ${axis.end}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each stretch of time, not for each place.
  useEffect(() => {
    const element = frame.current;
    const width = (sheet.current?.clientWidth ?? LABEL) - LABEL;
    const x = partOf(axis, cursor.at) * width - (element?.clientWidth ?? 0) / 3;
    if (element) element.scrollLeft = Math.max(0, x);
  }, [begins]);
}
