/** The bays of a level as they are drawn: a list that is never changed, only replaced. */
import type { Space } from '@/api/types';
import {
  boxOf,
  inParts,
  inUnits,
  isOnPlan,
  isSimple,
  middleOf,
  type Outline,
  type Size,
} from '@/components/plan/geometry';

/** One outline; without a code it is not yet anybody's. */
export type Item = {
  /** The bay's id, or a name of its own while there is no bay. */
  key: string;
  code: string | null;
  /** The bay whose outline it is; null if the bay is yet to be made. */
  spaceId: string | null;
  outline: Outline;
};
export type Drawing = readonly Item[];
/** The parts of the plan's sides that the server knows of each bay, by its id. */
export type Known = ReadonlyMap<string, number[][]>;

const isAlike = (one: readonly (readonly number[])[], other: readonly (readonly number[])[]) =>
  one.length === other.length &&
  one.every(([x = 0, y = 0], index) => {
    const [ox = 0, oy = 0] = other[index] ?? [];
    return Math.abs(x - ox) < 1e-6 && Math.abs(y - oy) < 1e-6;
  });

export function drawingOf(spaces: readonly Space[], size: Size): Drawing {
  return spaces.flatMap(({ id, code, shape }) =>
    shape ? [{ key: id, code, spaceId: id, outline: inUnits(shape, size) }] : [],
  );
}

export const knownOf = (spaces: readonly Space[]): Known =>
  new Map(spaces.flatMap(({ id, shape }) => (shape ? [[id, shape] as const] : [])));

export type Changes = {
  outlines: { id: string; shape: number[][] | null; was: number[][] | null }[];
  drafts: { code: string; shape: number[][] }[];
  /** Outlines that belong to no bay yet, and so cannot be kept. */
  unnamed: number;
  count: number;
};

/** What is to be sent so that the server knows what is drawn. */
export function changesOf(drawing: Drawing, known: Known, size: Size): Changes {
  const outlines: Changes['outlines'] = [];
  const drafts: Changes['drafts'] = [];
  const drawn = new Set<string>();
  let unnamed = 0;
  for (const { code, spaceId, outline } of drawing) {
    const shape = inParts(outline, size);
    if (spaceId) {
      drawn.add(spaceId);
      const was = known.get(spaceId) ?? null;
      if (!was || !isAlike(was, shape)) outlines.push({ id: spaceId, shape, was });
    } else if (code) drafts.push({ code, shape });
    else unnamed += 1;
  }
  for (const [id, was] of known) if (!drawn.has(id)) outlines.push({ id, shape: null, was });
  return { outlines, drafts, unnamed, count: outlines.length + drafts.length + unnamed };
}

/**
 * What is known once changes have been sent: of the bays they named, what the server has now. Of the
 * others it stays what the drawing was made from, or what somebody else drew would count as ours.
 */
export function knownAfter(known: Known, sent: Changes, siteSpaces: readonly Space[]): Known {
  const ids = new Set(sent.outlines.map(({ id }) => id));
  const codes = new Set(sent.drafts.map(({ code }) => code));
  const next = new Map(known);
  for (const { id, code, shape } of siteSpaces) {
    if (!ids.has(id) && !codes.has(code)) continue;
    if (shape) next.set(id, shape);
    else next.delete(id);
  }
  return next;
}

/** What others made of the plan: the bays of the level, and every bay of the site that lives. */
export type Theirs = { spaces: readonly Space[]; living: ReadonlySet<string> };

/** Bays that others have drawn elsewhere or deleted since, among those one has changed oneself. */
export function conflictsOf(changes: Changes, known: Known, { spaces, living }: Theirs): string[] {
  const theirs = knownOf(spaces);
  return changes.outlines.flatMap(({ id }) => {
    const [before, now] = [known.get(id), theirs.get(id)];
    const isSame = before && now ? isAlike(before, now) : before === now;
    return isSame && living.has(id) ? [] : [id];
  });
}

/**
 * The drawing with what others have drawn since. Of bays that both have changed, `keeps` says whose
 * stays; those that others have deleted are made again if mine do.
 */
export function merged(
  drawing: Drawing,
  { known, theirs, size }: { known: Known; theirs: Theirs; size: Size },
  keeps: 'mine' | 'theirs',
): Drawing {
  const changes = changesOf(drawing, known, size);
  const mine = new Set(changes.outlines.map(({ id }) => id));
  const both = new Set(conflictsOf(changes, known, theirs));
  const staysMine = (id: string) => mine.has(id) && (keeps === 'mine' || !both.has(id));
  const kept = drawing.filter(({ spaceId }) => spaceId === null || staysMine(spaceId));
  return [
    ...kept.map((item) =>
      item.spaceId && !theirs.living.has(item.spaceId) ? { ...item, spaceId: null } : item,
    ),
    ...drawingOf(theirs.spaces, size).filter(({ key }) => !staysMine(key)),
  ];
}

/** The drawing once its new bays have been made: each outline knows its bay. */
export function bound(drawing: Drawing, siteSpaces: readonly Space[]): Drawing {
  const idByCode = new Map(siteSpaces.map(({ code, id }) => [code, id]));
  return drawing.map((item) =>
    item.spaceId === null && item.code !== null
      ? { ...item, spaceId: idByCode.get(item.code) ?? null }
      : item,
  );
}

/** The same drawing on a sheet of another size. */
export const onto = (drawing: Drawing, from: Size, to: Size): Drawing =>
  drawing.map((item) => ({
    ...item,
    outline: item.outline.map(([x, y]) => [
      (x * to.width) / from.width,
      (y * to.height) / from.height,
    ]),
  }));

export function replaced(drawing: Drawing, outlines: ReadonlyMap<string, Outline>): Drawing {
  if (outlines.size === 0) return drawing;
  return drawing.map((item) => {
    const outline = outlines.get(item.key);
    return outline ? { ...item, outline } : item;
  });
}

export const without = (drawing: Drawing, keys: ReadonlySet<string>): Drawing =>
  drawing.filter(({ key }) => !keys.has(key));

/** Items whose outlines the server would refuse. */
export const faultsOf = (drawing: Drawing, size: Size): Item[] =>
  drawing.filter(({ outline }) => !isSimple(outline) || !isOnPlan(outline, size));

export type Order = 'rows' | 'columns' | 'drawn';

/** In the order in which a person would count them. */
export function ordered(items: readonly Item[], order: Order): Item[] {
  if (order === 'drawn') return [...items];
  const along = order === 'rows' ? 0 : 1;
  const across = 1 - along;
  const sized = items.map((item) => ({
    item,
    at: middleOf(item.outline),
    box: boxOf([item.outline]),
  }));
  const side = (box: { width: number; height: number }) => (across === 1 ? box.height : box.width);
  const least = Math.min(...sized.map(({ box }) => side(box)));
  sized.sort((one, other) => (one.at[across] ?? 0) - (other.at[across] ?? 0));
  // A row ends where the next one lies more than half a bay further on.
  const rows: (typeof sized)[] = [];
  for (const one of sized) {
    const last = rows.at(-1)?.at(-1);
    const isNext = !last || (one.at[across] ?? 0) - (last.at[across] ?? 0) > least / 2;
    if (isNext) rows.push([one]);
    else rows.at(-1)?.push(one);
  }
  return rows.flatMap((row) =>
    row.sort((one, other) => (one.at[along] ?? 0) - (other.at[along] ?? 0)).map(({ item }) => item),
  );
}

export type Numbering = {
  drawing: Drawing;
  /** Bays that exist and get their outline. */
  bound: number;
  /** Bays that are to be made. */
  made: number;
  /** Codes that are drawn already, here or on another level. */
  taken: string[];
};

/** Gives outlines codes, one each: those of bays without an outline, else of bays that are to be. */
export function numbered(
  drawing: Drawing,
  items: readonly Item[],
  codes: readonly string[],
  siteSpaces: readonly Space[],
  levelId: string,
): Numbering {
  const keys = new Set(items.map(({ key }) => key));
  const drawn = new Set(drawing.flatMap(({ key, code }) => (code && !keys.has(key) ? [code] : [])));
  const byCode = new Map(siteSpaces.map((space) => [space.code, space]));
  const byKey = new Map<string, Pick<Item, 'code' | 'spaceId'>>();
  const taken: string[] = [];
  let [bound, made] = [0, 0];
  items.forEach(({ key }, index) => {
    const code = codes[index];
    if (code === undefined) return;
    const space = byCode.get(code);
    const isElsewhere = space?.shape && space.level_id !== levelId;
    if (drawn.has(code) || isElsewhere) taken.push(code);
    else if (space) bound += 1;
    else made += 1;
    byKey.set(key, { code, spaceId: space?.id ?? null });
  });
  const next = drawing.map((item) => ({ ...item, ...byKey.get(item.key) }));
  return { drawing: next, bound, made, taken };
}

/** The code after a code: A-009 is followed by A-010. */
export function followingCodes(first: string, count: number): string[] {
  const [, before = '', digits = '', behind = ''] = /^(.*?)(\d+)(\D*)$/s.exec(first.trim()) ?? [];
  if (!digits) return count === 1 && first.trim() ? [first.trim()] : [];
  return Array.from({ length: count }, (_, n) => {
    const number = String(Number(digits) + n).padStart(digits.length, '0');
    return `${before}${number}${behind}`;
  });
}
