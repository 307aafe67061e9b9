/** What the operations view makes of the bays it knows: which are shown, in which groups and rows. */
import type { SiteTrend, Space, SpaceState } from '@/api/types';
import { spaceStateNames } from '@/components/bays';

export const operationFilters = ['level_id', 'zone_id', 'state', 'kind', 'attention'] as const;
export type OperationFilter = (typeof operationFilters)[number];
export type Wanted = Partial<Record<OperationFilter, string>> & { q?: string };

/** Ids of bays with an open alarm, their own or of a device of theirs. */
export type Alarmed = ReadonlySet<string>;

/** Whether somebody should look at it: something is wrong, or its sensor says nothing of use. */
export function needsAttention(bay: Space, alarmed: Alarmed): boolean {
  return alarmed.has(bay.id) || (bay.state === 'unknown' && Boolean(bay.sensor));
}

const plain = (text: string) => text.toLocaleLowerCase().replace(/\s+/g, '');

function isNamed(bay: Space, q: string): boolean {
  const names = [bay.code, bay.name, bay.sensor?.dev_eui, bay.display?.dev_eui];
  return names.some((name) => name && plain(name).includes(plain(q)));
}

/** The bays that fit what was asked for. */
export function fitting(bays: readonly Space[], wanted: Wanted, alarmed: Alarmed): Space[] {
  const { level_id, zone_id, state, kind, attention, q } = wanted;
  return bays.filter(
    (bay) =>
      (!level_id || bay.level_id === level_id) &&
      (!zone_id || bay.zone_id === zone_id) &&
      (!state || bay.state === state) &&
      (!kind || bay.kind === kind) &&
      (!attention || needsAttention(bay, alarmed)) &&
      (!q || isNamed(bay, q)),
  );
}

export type Counts = Record<SpaceState, number>;

export function counted(bays: readonly Space[]): Counts {
  const counts = Object.fromEntries(spaceStateNames.map((name) => [name, 0])) as Counts;
  for (const { state } of bays) counts[state] += 1;
  return counts;
}

/** Occupied bays among those that are in service and whose state is known; null if none are. */
export function occupancy(counts: Counts): number | null {
  const known = counts.free + counts.occupied + counts.reserved;
  return known === 0 ? null : counts.occupied / known;
}

/** What a number was over the day, the last of it as it is now. */
export function courseOf(trend: SiteTrend, now: Counts, pick: (counts: Counts) => number | null) {
  const past = trend.points.slice(0, -1);
  return [...past, now].map(pick);
}

export type Group = {
  key: string;
  /** Null where all bays are of one site. */
  site: string | null;
  level: string | null;
  zone: string | null;
  bays: Space[];
};

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
/** What has no name comes last. */
const byName = (a: string | null | undefined, b: string | null | undefined) =>
  a && b ? natural.compare(a, b) : Number(!a) - Number(!b);

/** Bays by site, level and zone. Within each they keep their order, which is that of their codes. */
export function grouped(
  bays: readonly Space[],
  { isOneSite, levelOrder }: { isOneSite: boolean; levelOrder: ReadonlyMap<string, number> },
): Group[] {
  const groups = new Map<string, Group & { order: number }>();
  for (const bay of bays) {
    const key = `${bay.site_id}/${bay.level_id ?? ''}/${bay.zone_id ?? ''}`;
    const group = groups.get(key);
    if (group) {
      group.bays.push(bay);
      continue;
    }
    groups.set(key, {
      key,
      site: isOneSite ? null : bay.site_name,
      level: bay.level ?? null,
      zone: bay.zone ?? null,
      bays: [bay],
      order: levelOrder.get(bay.level_id ?? '') ?? Number.POSITIVE_INFINITY,
    });
  }
  return [...groups.values()].sort(
    (a, b) =>
      byName(a.site, b.site) ||
      (a.order === b.order ? 0 : a.order - b.order) ||
      byName(a.level, b.level) ||
      byName(a.zone, b.zone) ||
      natural.compare(a.key, b.key),
  );
}

export type Row = { key: string; top: number; height: number } & (
  | { head: Group; bays?: undefined }
  | { head?: undefined; bays: Space[] }
);

/** Where each row of a grid of so many columns lies. */
export function laidOut(
  groups: readonly Group[],
  columns: number,
  heights: { head: number; bays: number },
): { rows: Row[]; height: number } {
  const rows: Row[] = [];
  let top = 0;
  for (const group of groups) {
    rows.push({ key: group.key, head: group, top, height: heights.head });
    top += heights.head;
    for (let at = 0; at < group.bays.length; at += columns) {
      const bays = group.bays.slice(at, at + columns);
      rows.push({ key: `${group.key}/${at}`, bays, top, height: heights.bays });
      top += heights.bays;
    }
  }
  return { rows, height: top };
}

/** The rows that reach into a part of the page. */
export function rowsWithin(rows: readonly Row[], from: number, to: number): Row[] {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && row.top + row.height <= from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < rows.length && (rows[end]?.top ?? to) < to) end += 1;
  return rows.slice(low, end);
}

/** Which bay a key leads to from another one: beside it, or above and below across groups. */
export function steppedTo(rows: readonly Row[], id: string, key: string): Space | null {
  const lines = rows.flatMap(({ bays }) => (bays ? [bays] : []));
  const all = () => lines.flat();
  if (key === 'Home') return lines[0]?.[0] ?? null;
  if (key === 'End') return lines.at(-1)?.at(-1) ?? null;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const bays = all();
    const at = bays.findIndex((bay) => bay.id === id);
    return at < 0 ? null : (bays[at + (key === 'ArrowRight' ? 1 : -1)] ?? null);
  }
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return null;
  const line = lines.findIndex((bays) => bays.some((bay) => bay.id === id));
  const column = lines[line]?.findIndex((bay) => bay.id === id) ?? -1;
  if (line < 0 || column < 0) return null;
  const next = lines[line + (key === 'ArrowDown' ? 1 : -1)];
  return next?.[Math.min(column, next.length - 1)] ?? null;
}

export type Change = { code: string; state: SpaceState };

/** What became of bays that were there before too. */
export function changesSince(before: ReadonlyMap<string, SpaceState>, bays: readonly Space[]) {
  const changes = new Map<string, Change>();
  for (const { id, code, state } of bays) {
    const was = before.get(id);
    if (was && was !== state) changes.set(id, { code, state });
  }
  return changes;
}

export type Currency = 'live' | 'recent' | 'stale';

/** A page that asks by itself has asked by then, or cannot. */
const STALE_MS = 45_000;

/** Whether what is shown may be taken for how things are. */
export function currencyOf(
  { isFresh, asOf, isFailed }: { isFresh: boolean; asOf: number; isFailed: boolean },
  now: number,
): Currency {
  if (isFresh) return 'live';
  return isFailed || now - asOf > STALE_MS ? 'stale' : 'recent';
}
