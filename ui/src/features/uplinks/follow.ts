/** What of the stream of messages is in view, what waits while it is paused, and how far one has read. */
import type { Uplink, UplinkPage } from '@/api/types';

/** The most that is kept, in view and waiting each; what is older is a question of the filters. */
export const KEPT_MAX = 300;

export type Followed = {
  /** The newest first. */
  rows: Uplink[];
  /** What came while the view stood still. */
  held: Uplink[];
  heldCount: number;
  hasMore: boolean;
};

export const nothing: Followed = { rows: [], held: [], heldCount: 0, hasMore: false };

/** A message may come again, with what was made of it since: the later telling counts. */
function merged(known: Uplink[], told: Uplink[]): Uplink[] {
  const byId = new Map(known.map((one) => [one.id, one]));
  for (const one of told) byId.set(one.id, one);
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, KEPT_MAX);
}

/** Takes an answer in; while the view stands still, only what is already in it changes. */
export function taken(state: Followed, page: UplinkPage, isPaused: boolean): Followed {
  if (!isPaused) {
    const rows = merged(merged(state.rows, state.held), page.uplinks);
    return {
      rows,
      held: [],
      heldCount: 0,
      hasMore: state.hasMore || page.has_more || rows.length === KEPT_MAX,
    };
  }
  const told = new Map(page.uplinks.map((one) => [one.id, one]));
  const shown = new Set(state.rows.map(({ id }) => id));
  const waiting = new Set(state.held.map(({ id }) => id));
  // Older than what is in view, it was in view once and left it.
  const oldest = state.rows.length === KEPT_MAX ? (state.rows.at(-1)?.id ?? '') : '';
  const fresh = page.uplinks.filter(({ id }) => !shown.has(id) && id > oldest);
  return {
    ...state,
    rows: state.rows.map((one) => told.get(one.id) ?? one),
    held: merged(state.held, fresh),
    heldCount: state.heldCount + fresh.filter(({ id }) => !waiting.has(id)).length,
  };
}

/** Lets what waited into view. */
export function resumed(state: Followed): Followed {
  return { ...state, rows: merged(state.rows, state.held), held: [], heldCount: 0 };
}
