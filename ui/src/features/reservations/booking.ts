/** A booking in steps: what is asked for where, and where one mends what was refused. */
import { asProblem, Problem } from '@/api/problem';
import type { SpaceAvailability, SpaceState } from '@/api/types';
import { instantOf, wallOf } from '@/components/zoneTime';
import { HOUR_MS, MINUTE_MS, SNAP_MS, type Span } from './timeAxis';

/** All there are; the dates are looked at where it repeats. */
export const steps = ['when', 'bay', 'dates', 'confirm'] as const;
export type StepName = (typeof steps)[number];

export const stepsOf = (isSeries: boolean): readonly StepName[] =>
  steps.filter((step) => isSeries || step !== 'dates');

/** What one begins with; the rest is asked for. */
export type Begun = {
  siteId?: string;
  spaceId?: string;
  start?: number;
  end?: number;
};

const stepOfField: Record<string, StepName> = {
  site_id: 'when',
  start_time: 'when',
  end_time: 'when',
  rule: 'when',
  except: 'dates',
  space_id: 'bay',
};

const stepOfCode: Record<string, StepName> = {
  slot_taken: 'bay',
  series_clashes: 'dates',
  not_reservable: 'bay',
  space_out_of_use: 'bay',
  not_found: 'bay',
};

/** The step that holds what was refused; the earliest, if there are several. */
export function stepOfRefusal(error: unknown): StepName {
  const { code, errors } = asProblem(error);
  const named = errors.map(({ field }) => stepOfField[field] ?? 'confirm');
  return steps.find((step) => named.includes(step)) ?? stepOfCode[code] ?? 'confirm';
}

/** The same refusal, of the fields as the form calls them, some of them by another name. */
export function ofFields(error: unknown, names: Readonly<Record<string, string>> = {}): Problem {
  const problem = asProblem(error);
  const { status, code, title, detail, requestId, conflicts, retryAfterSeconds } = problem;
  return new Problem({
    status,
    code,
    title,
    conflicts,
    ...(detail !== undefined && { detail }),
    ...(requestId !== undefined && { requestId }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    errors: problem.errors.map(({ field, message }) => ({
      field: names[field] ?? field.replace(/^holder\./, ''),
      message,
    })),
  });
}

/** The next quarter of an hour, and an hour from then. */
export function usualSpan(now: number): Span {
  const start = Math.ceil(now / SNAP_MS) * SNAP_MS;
  return { start, end: start + HOUR_MS };
}

/**
 * The instant at which a zone's clocks show something. Of an hour that occurs twice it is the one that was
 * meant before, as long as nobody has chosen another time.
 */
export function meantInstant(zone: string, wall: string, meant: number | undefined): number {
  const isMeant = meant !== undefined && wallOf(zone, meant).startsWith(wall.slice(0, 16));
  return isMeant ? meant : Date.parse(instantOf(zone, wall));
}

/** What the server takes for a start that has just been. */
const LATE_MS = 5 * MINUTE_MS;
/** How far ahead one looks for when a bay is free again. */
export const LOOK_AHEAD_MS = 24 * HOUR_MS;

export type Freedom =
  | { isFree: true }
  | { isFree: false; until: number | null; isOutOfUse?: boolean };

/** The mark it has where bays are chosen: one that is out of use is nobody's. */
export const markOf = (freedom: Freedom): SpaceState =>
  freedom.isFree ? 'free' : freedom.isOutOfUse ? 'maintenance' : 'reserved';

/** Whether a bay can be had for a time, and if not, when for as long again; null if not within sight. */
export function freedomOf(
  { free }: Pick<SpaceAvailability, 'free'>,
  { start, end }: Span,
  now: number,
): Freedom {
  const windows = free.map(({ start_time, end_time }) => ({
    start: Date.parse(start_time),
    end: Date.parse(end_time),
  }));
  // Windows begin at the present, and a reservation that is made a little late a little before.
  const from = start < now ? start + LATE_MS : start;
  if (windows.some((one) => one.start <= from && end <= one.end)) return { isFree: true };
  const later = windows.map((one) => one.start).filter((at) => at > start);
  return { isFree: false, until: later.length > 0 ? Math.min(...later) : null };
}

/** What is asked about bays for a time: a day further, to say when those that are taken are free again. */
export const questionOf = (siteId: string, { start, end }: Span) => ({
  site_id: siteId,
  from: new Date(start).toISOString(),
  to: new Date(end + LOOK_AHEAD_MS).toISOString(),
  duration_minutes: Math.max(5, Math.round((end - start) / MINUTE_MS)),
});

/** What a link says one begins with. */
export function begunFrom(params: URLSearchParams): Begun {
  const instant = (name: string) => {
    const at = Date.parse(params.get(name) ?? '');
    return Number.isNaN(at) ? undefined : at;
  };
  const [siteId, spaceId] = [params.get('site_id'), params.get('space_id')];
  const [start, end] = [instant('from'), instant('until')];
  return {
    ...(siteId && { siteId }),
    ...(spaceId && { spaceId }),
    ...(start !== undefined && end !== undefined && start < end && { start, end }),
  };
}

/** Where one begins: at what is not known yet. */
export function firstStep({ spaceId, start }: Begun): StepName {
  if (start === undefined) return 'when';
  return spaceId ? 'confirm' : 'bay';
}

/** For whom, as the form has it. */
export type HolderValues = { name?: string; email?: string; plate?: string; notes?: string };

const typed = (text: string | undefined) => text?.trim() || undefined;

/** The same as it is sent: what is left empty is not said. */
export function forWhom(values: HolderValues) {
  const [name, email, plate] = [values.name, values.email, values.plate].map(typed);
  const notes = typed(values.notes);
  return {
    holder: { ...(name && { name }), ...(email && { email }), ...(plate && { plate }) },
    ...(notes && { notes }),
  };
}
