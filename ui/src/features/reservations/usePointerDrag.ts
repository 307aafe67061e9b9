import { type PointerEvent, type RefObject, useEffect, useRef } from 'react';
import { dragged, type Grip, type Held } from './dragging';
import type { Placed, Wish } from './spans';
import { type Axis, instantAt } from './timeAxis';
import { HEAD, LABEL, ROW } from './useRowsInView';
import { type Draft, wishOf } from './useShifting';

/** Less than this is a click with an unsteady hand. */
const THRESHOLD = 4;
/** So close to an edge the sheet goes on by itself, at most so far at a time. */
const EDGE = 36;
const PACE = 14;

type Point = { x: number; y: number };
type Grabbed = Held & { source: Placed | null; pressed: Point; isDragging: boolean };

type Options = {
  frame: RefObject<HTMLDivElement | null>;
  sheet: RefObject<HTMLDivElement | null>;
  axis: Axis;
  /** Which bay has a row; null beside the rows. */
  spaceAt: (row: number) => string | null;
  bookingOf: (id: string) => Placed | undefined;
  /** Why nothing may be drawn or moved, if that is so. */
  isFixed: boolean;
  onDraft: (draft: Draft | null) => void;
  onDrop: (draft: Draft) => void;
  onClick: (target: { booking: Placed | null; spaceId: string; at: number }) => void;
};

/** Drawing, moving and stretching reservations with the mouse. Fingers scroll, and open what they touch. */
export function usePointerDrag(options: Options) {
  const { frame, sheet, axis, spaceAt, bookingOf, isFixed } = options;
  const held = useRef<Grabbed | null>(null);
  const draft = useRef<Draft | null>(null);
  const point = useRef<Point>({ x: 0, y: 0 });
  const timer = useRef<ReturnType<typeof setInterval>>(undefined);

  function placeOf({ x, y }: Point): { at: number; row: number } {
    const box = sheet.current?.getBoundingClientRect();
    if (!box) return { at: axis.start, row: 0 };
    const part = (x - box.left - LABEL) / Math.max(1, box.width - LABEL);
    return {
      at: instantAt(axis, Math.min(Math.max(part, 0), 1)),
      row: Math.floor((y - box.top - HEAD) / ROW),
    };
  }

  function update() {
    const grabbed = held.current;
    if (!grabbed?.isDragging) return;
    const { at, row } = placeOf(point.current);
    const spaceId = spaceAt(row) ?? draft.current?.wish.spaceId ?? grabbed.from.spaceId;
    const wish = dragged(grabbed, at, spaceId);
    draft.current = { grip: grabbed.grip, wish, source: grabbed.source, by: 'pointer' };
    options.onDraft(draft.current);
  }

  function scrollAtEdges() {
    const element = frame.current;
    if (!element) return;
    const box = element.getBoundingClientRect();
    const { x, y } = point.current;
    const pull = (low: number, high: number) =>
      low < EDGE
        ? -PACE * Math.min(1, 1 - low / EDGE)
        : high < EDGE
          ? PACE * Math.min(1, 1 - high / EDGE)
          : 0;
    const across = pull(x - box.left - LABEL, box.right - x);
    const down = pull(y - box.top - HEAD, box.bottom - y);
    if (across === 0 && down === 0) return;
    element.scrollBy(across, down);
    update();
  }

  function letGo(event?: PointerEvent) {
    clearInterval(timer.current);
    if (event && frame.current?.hasPointerCapture(event.pointerId)) {
      frame.current.releasePointerCapture(event.pointerId);
    }
    held.current = null;
    draft.current = null;
  }

  const cancel = () => {
    letGo();
    options.onDraft(null);
  };

  // The key that calls it off may be pressed wherever the focus is.
  const cancelNow = useRef(cancel);
  useEffect(() => {
    cancelNow.current = cancel;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !held.current) return;
      event.stopPropagation();
      cancelNow.current();
    };
    window.addEventListener('keydown', onKey, true);
    return () => {
      window.removeEventListener('keydown', onKey, true);
      clearInterval(timer.current);
    };
  }, []);

  function onPointerDown(event: PointerEvent) {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('[data-track]');
    if (event.button !== 0 || !row?.dataset.track) return;
    const id = target.closest<HTMLElement>('[data-booking]')?.dataset.booking;
    const source = (id && bookingOf(id)) || null;
    const edge = target.closest<HTMLElement>('[data-edge]')?.dataset.edge as Grip | undefined;
    const pressed = { x: event.clientX, y: event.clientY };
    const { at } = placeOf(pressed);
    const from: Wish = source ? wishOf(source) : { spaceId: row.dataset.track, start: at, end: at };
    const grip: Grip = source ? (edge ?? 'move') : 'create';
    held.current = { grip, from, grabbedAt: at, source, pressed, isDragging: false };
    point.current = pressed;
    // What the keys held is let go.
    options.onDraft(null);
  }

  function onPointerMove(event: PointerEvent) {
    const grabbed = held.current;
    if (!grabbed) return;
    point.current = { x: event.clientX, y: event.clientY };
    if (!grabbed.isDragging) {
      const { x, y } = grabbed.pressed;
      const isStuck = isFixed || (grabbed.source !== null && !grabbed.source.isBlocking);
      if (isStuck || event.pointerType === 'touch') return;
      if (Math.hypot(event.clientX - x, event.clientY - y) < THRESHOLD) return;
      grabbed.isDragging = true;
      frame.current?.setPointerCapture(event.pointerId);
      timer.current = setInterval(scrollAtEdges, 30);
    }
    update();
  }

  function onPointerUp(event: PointerEvent) {
    const grabbed = held.current;
    if (!grabbed) return;
    const last = draft.current;
    letGo(event);
    if (grabbed.isDragging) {
      if (last) options.onDrop(last);
      return;
    }
    const { from, source, grabbedAt } = grabbed;
    options.onClick({ booking: source, spaceId: from.spaceId, at: grabbedAt });
  }

  return { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: cancel };
}
