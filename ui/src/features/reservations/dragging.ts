/** What dragging and the keys make of a stretch of time. */
import type { Wish } from './spans';
import { HOUR_MS, SNAP_MS, type Span, snapped } from './timeAxis';

/** What is held: a stretch that is drawn, a whole reservation, or one of its ends. */
export type Grip = 'create' | 'move' | 'start' | 'end';

export type Held = {
  grip: Grip;
  /** As it was when it was taken hold of. */
  from: Wish;
  /** The instant under the pointer then. */
  grabbedAt: number;
};

/** What becomes of it with the pointer at an instant, over a bay. */
export function dragged({ grip, from, grabbedAt }: Held, at: number, spaceId: string): Wish {
  if (grip === 'move') {
    const start = snapped(from.start + at - grabbedAt);
    return { ...from, spaceId, start, end: start + from.end - from.start };
  }
  if (grip === 'start') return { ...from, start: Math.min(snapped(at), from.end - SNAP_MS) };
  if (grip === 'end') return { ...from, end: Math.max(snapped(at), from.start + SNAP_MS) };
  const [first, last] = [Math.min(at, grabbedAt), Math.max(at, grabbedAt)];
  const start = Math.floor(first / SNAP_MS) * SNAP_MS;
  return { ...from, start, end: Math.max(Math.ceil(last / SNAP_MS) * SNAP_MS, start + SNAP_MS) };
}

/** By how much an arrow key shifts what is moved: a quarter, or with Shift an hour. */
const shiftOf = (key: string, isShift: boolean): number => {
  const sign = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  return sign * (isShift ? HOUR_MS : SNAP_MS);
};

/** What an arrow key makes of what is moved, extended or shortened; up and down only move. */
export function nudged(grip: Exclude<Grip, 'create'>, wish: Wish, key: string, isShift: boolean) {
  const by = shiftOf(key, isShift);
  if (grip === 'move') return { ...wish, start: wish.start + by, end: wish.end + by };
  if (grip === 'start') return { ...wish, start: Math.min(wish.start + by, wish.end - SNAP_MS) };
  return { ...wish, end: Math.max(wish.end + by, wish.start + SNAP_MS) };
}

/** As long as an hour, or until the next thing that is there. */
export function stretchFrom(at: number, others: readonly Span[]): Span {
  const next = others.map(({ start }) => start).filter((start) => start > at);
  return { start: at, end: Math.min(at + HOUR_MS, ...next) };
}

export const isSame = (one: Wish, other: Wish): boolean =>
  one.spaceId === other.spaceId && one.start === other.start && one.end === other.end;
