/** How a reservation repeats: as a form asks for it, as RFC 5545 writes it, and what that says. */
import { wallOf } from '@/components/zoneTime';

export const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Weekday = (typeof weekdays)[number];
const workdays: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR'];

export const repeatKinds = ['none', 'daily', 'weekdays', 'weekly', 'monthly', 'own'] as const;
export type RepeatKind = (typeof repeatKinds)[number];
/** By which of its days a month is counted. */
export const monthlyKinds = ['date', 'weekday', 'last'] as const;
export type MonthlyKind = (typeof monthlyKinds)[number];

/** What the form asks for. */
export type RepeatWish = {
  repeats: RepeatKind;
  /** Every so many weeks. */
  interval: number;
  days: readonly Weekday[];
  monthly: MonthlyKind;
  ends: 'until' | 'times';
  /** The last day on which it may be: `2027-01-31`. */
  until: string | null;
  times: number | null;
  /** As somebody wrote it. */
  rule: string;
};

const dayAt = (date: string) => new Date(`${date}T00:00:00Z`);

export function weekdayOf(date: string): Weekday {
  return weekdays[(dayAt(date).getUTCDay() + 6) % 7] ?? 'MO';
}

/** Which Monday of its month a Monday is: 1 to 5. */
export const nthOf = (date: string): number => Math.ceil(dayAt(date).getUTCDate() / 7);

/** Whether there is no later Monday in the month of a Monday. */
export function isLastOf(date: string): boolean {
  const day = dayAt(date);
  const after = new Date(day.getTime() + 7 * 86_400_000);
  return after.getUTCMonth() !== day.getUTCMonth();
}

const compact = (date: string) => date.replaceAll('-', '');
const inOrder = (days: readonly Weekday[]) => weekdays.filter((day) => days.includes(day));

/** The rule that the form asks for, the first day being given; null while something is missing. */
export function ruleOf(wish: RepeatWish, first: string): string | null {
  const { repeats, ends, until, times } = wish;
  if (repeats === 'none') return null;
  if (repeats === 'own') return wish.rule.trim() || null;
  const head = headOf(wish, first);
  const end = ends === 'until' ? until && `UNTIL=${compact(until)}` : times && `COUNT=${times}`;
  return head && end ? `${head};${end}` : null;
}

function headOf({ repeats, interval, days, monthly }: RepeatWish, first: string): string | null {
  if (repeats === 'daily') return 'FREQ=DAILY';
  if (repeats === 'weekdays') return `FREQ=WEEKLY;BYDAY=${workdays.join()}`;
  if (repeats === 'weekly') {
    const every = interval > 1 ? `;INTERVAL=${interval}` : '';
    return days.length > 0 ? `FREQ=WEEKLY${every};BYDAY=${inOrder(days).join()}` : null;
  }
  if (monthly === 'date') return `FREQ=MONTHLY;BYMONTHDAY=${dayAt(first).getUTCDate()}`;
  const nth = monthly === 'last' ? -1 : nthOf(first);
  return `FREQ=MONTHLY;BYDAY=${nth}${weekdayOf(first)}`;
}

/** What a rule says, as far as there are words for it. */
export type Pattern =
  | { kind: 'daily'; every: number }
  | { kind: 'weekdays' }
  | { kind: 'weekly'; every: number; days: readonly Weekday[] }
  | { kind: 'monthlyOn'; every: number; dates: readonly number[] }
  | { kind: 'monthlyNth'; every: number; nth: number; day: Weekday }
  | { kind: 'yearly'; every: number; date: string };
export type Ending = { until: string } | { times: number } | null;
export type Meaning = { pattern: Pattern; ending: Ending };

type Parts = ReadonlyMap<string, string>;

function partsOf(rule: string): Parts {
  const text = rule
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, '');
  return new Map(
    text.split(';').flatMap((part): [string, string][] => {
      const [name, value] = part.split('=');
      return name && value ? [[name, value]] : [];
    }),
  );
}

/** The same rule, that ends on a day. */
export function endingWith(rule: string, last: string): string {
  const parts = [...partsOf(rule)].filter(([name]) => name !== 'COUNT' && name !== 'UNTIL');
  return [...parts.map((part) => part.join('=')), `UNTIL=${compact(last)}`].join(';');
}

const isWeekday = (text: string): text is Weekday => weekdays.some((day) => day === text);

/** Reads a rule that first happens on a day; null if it says more than there are words for. */
export function meaningOf(rule: string, first: string, zone: string): Meaning | null {
  const parts = partsOf(rule);
  const pattern = patternOf(parts, first);
  return pattern && { pattern, ending: endingOf(parts, zone) };
}

function patternOf(parts: Parts, first: string): Pattern | null {
  const known = new Set(['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYDAY', 'BYMONTHDAY']);
  if ([...parts.keys()].some((name) => !known.has(name))) return null;
  const every = Number(parts.get('INTERVAL') ?? 1);
  if (!Number.isInteger(every) || every < 1) return null;
  const [byDay, byDate] = [parts.get('BYDAY')?.split(','), parts.get('BYMONTHDAY')?.split(',')];
  const freq = parts.get('FREQ');
  if (freq === 'DAILY' && !byDay && !byDate) return { kind: 'daily', every };
  if (freq === 'YEARLY' && !byDay && !byDate) return { kind: 'yearly', every, date: first };
  if (freq === 'MONTHLY') return monthlyOf(every, byDay, byDate, first);
  if ((freq !== 'WEEKLY' && !(freq === 'DAILY' && every === 1)) || byDate) return null;
  const days = byDay ?? [weekdayOf(first)];
  if (!days.every(isWeekday)) return null;
  const sorted = inOrder(days);
  const isOfWork = every === 1 && sorted.join() === workdays.join();
  return isOfWork ? { kind: 'weekdays' } : { kind: 'weekly', every, days: sorted };
}

function monthlyOf(
  every: number,
  byDay: readonly string[] | undefined,
  byDate: readonly string[] | undefined,
  first: string,
): Pattern | null {
  if (!byDay) {
    const dates = (byDate ?? [first.slice(8)]).map(Number);
    const isPlain = dates.every((date) => Number.isInteger(date) && date > 0);
    return isPlain ? { kind: 'monthlyOn', every, dates: dates.toSorted((a, b) => a - b) } : null;
  }
  const [only, ...more] = byDay;
  const found = /^([+-]?[1-5])([A-Z]{2})$/.exec(only ?? '');
  const [nth, day] = [Number(found?.[1]), found?.[2] ?? ''];
  const isKnown = !byDate && more.length === 0 && isWeekday(day) && nth >= -1;
  return isKnown ? { kind: 'monthlyNth', every, nth, day } : null;
}

function endingOf(parts: Parts, zone: string): Ending {
  const times = Number(parts.get('COUNT'));
  if (times > 0) return { times };
  const read = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(parts.get('UNTIL') ?? '');
  if (!read) return null;
  const [, year, month, day, hour, minute, second, isUtc] = read;
  const date = `${year}-${month}-${day}`;
  if (!isUtc) return { until: date };
  // An instant is a day by the clocks of the site.
  return { until: wallOf(zone, Date.parse(`${date}T${hour}:${minute}:${second}Z`)).slice(0, 10) };
}

/** What the form would have to ask for so that the rule comes out; null if it cannot. */
export function wishOf(rule: string, first: string, zone: string): Partial<RepeatWish> | null {
  const meaning = meaningOf(rule, first, zone);
  if (!meaning) return null;
  const { pattern, ending } = meaning;
  const how = formOf(pattern, first);
  if (!how) return null;
  if (!ending) return how;
  return 'times' in ending
    ? { ...how, ends: 'times', times: ending.times }
    : { ...how, ends: 'until', until: ending.until };
}

function formOf(pattern: Pattern, first: string): Partial<RepeatWish> | null {
  if (pattern.kind === 'weekdays') return { repeats: 'weekdays' };
  if (pattern.kind === 'weekly') {
    return { repeats: 'weekly', interval: pattern.every, days: pattern.days };
  }
  if (pattern.every !== 1) return null;
  if (pattern.kind === 'daily') return { repeats: 'daily' };
  if (pattern.kind === 'monthlyOn') {
    const isSame = pattern.dates.join() === String(dayAt(first).getUTCDate());
    return isSame ? { repeats: 'monthly', monthly: 'date' } : null;
  }
  if (pattern.kind !== 'monthlyNth' || pattern.day !== weekdayOf(first)) return null;
  if (pattern.nth === -1) return isLastOf(first) ? { repeats: 'monthly', monthly: 'last' } : null;
  return pattern.nth === nthOf(first) ? { repeats: 'monthly', monthly: 'weekday' } : null;
}
