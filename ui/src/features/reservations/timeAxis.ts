/** Days of a site as one line: places on it follow the time that passes, names the clocks of the site. */
import { instantOf, wallOf } from '@/components/zoneTime';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** What is dragged lands on quarters of an hour. */
export const SNAP_MS = 15 * MINUTE_MS;

/** From an instant until another one, which no longer belongs to it. */
export type Span = { start: number; end: number };
/** A day by the calendar of the site, as long as it is: 23, 24 or 25 hours. */
export type Day = Span & { date: string };
export type View = 'day' | 'week';
export type Axis = Span & { zone: string; days: Day[] };
export type Tick = {
  at: number;
  /** `14:00` on the clocks of the site. */
  label: string;
  /** Whether the clocks showed the same earlier that day. */
  isSecond: boolean;
};

/** The day of the calendar so many days later. */
export function addDays(date: string, days: number): string {
  const at = Date.parse(`${date}T00:00:00Z`);
  return new Date(at + days * 24 * HOUR_MS).toISOString().slice(0, 10);
}

/** The day a site has at an instant. */
export const dateOf = (zone: string, at: number): string => wallOf(zone, at).slice(0, 10);

/** Whether it names a day of the calendar, as `2026-11-21`. */
export function isDate(text: string | null | undefined): text is string {
  if (!text || !/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** The Monday of the week of a day. */
export function mondayOf(date: string): string {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return addDays(date, -((weekday + 6) % 7));
}

export function dayOf(zone: string, date: string): Day {
  const midnight = (day: string) => Date.parse(instantOf(zone, `${day}T00:00`));
  return { date, start: midnight(date), end: midnight(addDays(date, 1)) };
}

/** The line of a day, or of the week around it. */
export function axisOf(zone: string, view: View, date: string): Axis {
  const first = view === 'week' ? mondayOf(date) : date;
  const count = view === 'week' ? 7 : 1;
  const days = Array.from({ length: count }, (_, n) => dayOf(zone, addDays(first, n)));
  const [start, end] = [days[0]?.start ?? 0, days.at(-1)?.end ?? 0];
  return { zone, days, start, end };
}

/** The same view, one day or week earlier or later. */
export const turned = (view: View, date: string, by: -1 | 1): string =>
  addDays(date, by * (view === 'week' ? 7 : 1));

/** How long a day is by the time that passes, in hours. */
export const hoursOf = ({ start, end }: Span): number => (end - start) / HOUR_MS;

/** Where an instant lies on the line: 0 at its beginning, 1 at its end. */
export const partOf = ({ start, end }: Span, at: number): number => (at - start) / (end - start);

/** The instant at a place on the line. */
export const instantAt = ({ start, end }: Span, part: number): number =>
  start + part * (end - start);

/** The nearest quarter of an hour. Clocks are ahead of UTC by whole quarters everywhere. */
export const snapped = (at: number): number => Math.round(at / SNAP_MS) * SNAP_MS;

/** Where the clocks show a full hour, or every so many hours. */
export function ticksOf({ zone, days }: Axis, everyHours: number): Tick[] {
  return days.flatMap((day) => {
    const ticks: Tick[] = [];
    const seen = new Set<string>();
    for (let at = day.start; at < day.end; at += SNAP_MS) {
      const label = wallOf(zone, at).slice(11, 16);
      const isFull = label.endsWith(':00') && Number(label.slice(0, 2)) % everyHours === 0;
      if (!isFull) continue;
      ticks.push({ at, label, isSecond: seen.has(label) });
      seen.add(label);
    }
    return ticks;
  });
}
