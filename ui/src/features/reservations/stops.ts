/** Where arrow keys lead on the calendar: over free stretches step by step, over reservations one by one. */
import { HOUR_MS, type Span } from './timeAxis';

/** A row, and an instant in it. */
export type Cursor = { row: number; at: number };

type Around = {
  line: Span;
  rows: number;
  /** How far a step leads where nothing is, in milliseconds. */
  step: number;
  spansOf: (row: number) => readonly Span[];
};

/** Rows that a page key passes. */
const PAGE_ROWS = 10;

/** What covers an instant: of several, that which began last. */
export function coveringSpan<S extends Span>(spans: readonly S[], at: number): S | undefined {
  let found: S | undefined;
  for (const span of spans) {
    const isOver = span.start <= at && at < span.end;
    if (isOver && (!found || span.start >= found.start)) found = span;
  }
  return found;
}

function later(at: number, spans: readonly Span[], { line, step }: Around): number {
  const here = coveringSpan(spans, at);
  const steps = Math.floor((at - line.start) / step) + 1;
  const next = here ? here.end : line.start + steps * step;
  const starts = spans.map(({ start }) => start).filter((start) => start > at);
  return Math.min(next, ...starts);
}

function earlier(at: number, spans: readonly Span[], { line, step }: Around): number {
  const here = coveringSpan(spans, at);
  const from = Math.max(here?.start ?? at, line.start);
  if (from <= line.start) return line.start;
  const before = coveringSpan(spans, from - 1);
  if (before) return Math.max(before.start, line.start);
  const steps = Math.ceil((from - line.start) / step) - 1;
  const ends = spans.map(({ end }) => end).filter((end) => end < from);
  return Math.max(line.start + steps * step, ...ends);
}

/** Where a key leads to from a place, or null if it leads nowhere. */
export function steppedTo(
  cursor: Cursor,
  { key, isControl }: { key: string; isControl: boolean },
  around: Around,
): Cursor | null {
  const { line, rows, step, spansOf } = around;
  const last = line.end - step;
  const inRow = (row: number) => ({ ...cursor, row: Math.min(Math.max(row, 0), rows - 1) });
  const atTime = (at: number) => ({ ...cursor, at: Math.min(Math.max(at, line.start), last) });
  switch (key) {
    case 'ArrowRight':
    case 'ArrowLeft': {
      const sign = key === 'ArrowRight' ? 1 : -1;
      // With Control by as much as people plan at once.
      if (isControl) return atTime(cursor.at + sign * 8 * step);
      const spans = spansOf(cursor.row);
      const at = sign > 0 ? later(cursor.at, spans, around) : earlier(cursor.at, spans, around);
      return at >= line.end || at === cursor.at ? null : { ...cursor, at };
    }
    case 'ArrowDown':
      return inRow(cursor.row + 1);
    case 'ArrowUp':
      return inRow(cursor.row - 1);
    case 'PageDown':
      return inRow(cursor.row + PAGE_ROWS);
    case 'PageUp':
      return inRow(cursor.row - PAGE_ROWS);
    case 'Home':
      return isControl ? { row: 0, at: line.start } : atTime(line.start);
    case 'End':
      return isControl ? { row: rows - 1, at: last } : atTime(last);
    default:
      return null;
  }
}

/** The first place: now, if the line holds it, else the morning of its first day. */
export function firstStop(line: Span, step: number, now: number): number {
  const at = line.start <= now && now < line.end ? now : line.start + 8 * HOUR_MS;
  return line.start + Math.floor((at - line.start) / step) * step;
}
