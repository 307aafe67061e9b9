/** Reservations as stretches of time: which of them meet, side by side, and what stands in the way. */
import type { Reservation } from '@/api/types';
import { MINUTE_MS, type Span } from './timeAxis';

/** The shortest reservation there is. */
const SHORTEST_MS = 5 * MINUTE_MS;
/** A start may lie so far back. */
const LATE_MS = 5 * MINUTE_MS;

/** A reservation with its times as numbers. */
export type Placed = Span & {
  id: string;
  spaceId: string;
  reservation: Reservation;
  /** While nobody else can have the bay: with the buffers around it. */
  blocked: Span;
  /** Whether it keeps others away: it is held or agreed. */
  isBlocking: boolean;
};

export function placed(reservation: Reservation): Placed {
  const { id, space_id, status, start_time, end_time, blocks_from, blocks_until } = reservation;
  return {
    id,
    spaceId: space_id,
    reservation,
    start: Date.parse(start_time),
    end: Date.parse(end_time),
    blocked: { start: Date.parse(blocks_from), end: Date.parse(blocks_until) },
    isBlocking: status === 'pending' || status === 'confirmed',
  };
}

/** Back to back is not together. */
export const meet = (one: Span, other: Span): boolean =>
  one.start < other.end && other.start < one.end;

/** Which of how many lanes each stretch takes, so that none covers another. */
export function lanesOf(spans: readonly Span[]): { lane: number; of: number }[] {
  const order = spans.map((_, n) => n).sort((a, b) => startOf(spans[a]) - startOf(spans[b]));
  const lanes = spans.map(() => ({ lane: 0, of: 1 }));
  let cluster: number[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const n of cluster) lanes[n] = { lane: lanes[n]?.lane ?? 0, of: ends.length };
    [cluster, ends] = [[], []];
  };
  for (const n of order) {
    const span = spans[n];
    if (!span) continue;
    if (ends.every((end) => end <= span.start)) close();
    const free = ends.findIndex((end) => end <= span.start);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = span.end;
    lanes[n] = { lane, of: 1 };
    cluster.push(n);
  }
  close();
  return lanes;
}

const startOf = (span: Span | undefined) => span?.start ?? 0;

/** Where and when somebody wants a bay; `id` is the reservation that is moved, if one is. */
export type Wish = Span & { spaceId: string; id?: string };

export type Terms = {
  buffer_before_minutes: number;
  buffer_after_minutes: number;
  duration_max_minutes: number;
};

export type Fault =
  | { kind: 'taken'; start: number; end: number }
  | { kind: 'past' }
  | { kind: 'tooShort' }
  | { kind: 'tooLong'; minutes: number }
  | { kind: 'notReservable' }
  | { kind: 'outOfUse' };

type Around = {
  others: readonly Placed[];
  terms: Terms | undefined;
  isReservable: boolean;
  /** When the bay is out of use. */
  closed?: readonly Span[];
  now: number;
  /** Where what is moved lay before. */
  before?: Wish;
};

/** What the server would most likely say against it, from what is known here; it has the last word. */
export function faultOf(wish: Wish, around: Around) {
  const { others, terms, isReservable, closed = [], now, before } = around;
  const isMoved = before?.spaceId !== wish.spaceId;
  if (isMoved && !isReservable) return { kind: 'notReservable' } as const satisfies Fault;
  // Whoever only gives time back is in nobody's way, whatever was agreed on since.
  const isWithin = !isMoved && before.start <= wish.start && wish.end <= before.end;
  const before_ms = (terms?.buffer_before_minutes ?? 0) * MINUTE_MS;
  const after_ms = (terms?.buffer_after_minutes ?? 0) * MINUTE_MS;
  const blocked = { start: wish.start - before_ms, end: wish.end + after_ms };
  const other = others.find(
    (one) => one.isBlocking && one.id !== wish.id && meet(one.blocked, blocked),
  );
  if (other && !isWithin)
    return { kind: 'taken', start: other.start, end: other.end } as const satisfies Fault;
  if (!isWithin && closed.some((span) => meet(span, wish))) {
    return { kind: 'outOfUse' } as const satisfies Fault;
  }
  const keepsStart = before?.start === wish.start;
  if ((!keepsStart && wish.start < now - LATE_MS) || wish.end <= now) {
    return { kind: 'past' } as const satisfies Fault;
  }
  const length = wish.end - wish.start;
  if (length < SHORTEST_MS) return { kind: 'tooShort' } as const satisfies Fault;
  const minutes = terms?.duration_max_minutes;
  if (!isWithin && minutes !== undefined && length > minutes * MINUTE_MS) {
    return { kind: 'tooLong', minutes } as const satisfies Fault;
  }
  return null;
}

/** What is reserved, with what was dropped a moment ago where it was dropped. */
export function withDropped(
  bySpace: ReadonlyMap<string, readonly Placed[]>,
  dropped: Wish | null,
): ReadonlyMap<string, readonly Placed[]> {
  const source = dropped && [...bySpace.values()].flat().find(({ id }) => id === dropped.id);
  if (!source) return bySpace;
  const next = new Map(bySpace);
  const without = (spaceId: string) =>
    (next.get(spaceId) ?? []).filter(({ id }) => id !== source.id);
  next.set(source.spaceId, without(source.spaceId));
  next.set(dropped.spaceId, [
    ...without(dropped.spaceId),
    { ...source, ...dropped, id: source.id },
  ]);
  return next;
}
