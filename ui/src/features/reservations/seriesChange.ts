/** What somebody changes about a series: which of its reservations, and only what is another than before. */
import type {
  Reservation,
  ReservationChange,
  ReservationOccurrence,
  ReservationSeriesChange,
  ReservationSeriesDetail,
} from '@/api/types';
import { instantOf, wallOf } from '@/components/zoneTime';
import { MINUTE_MS } from './timeAxis';

/** This one, this and those that follow, or all that lie ahead. */
export const scopes = ['one', 'following', 'all'] as const;
export type Scope = (typeof scopes)[number];

const DAY_MINUTES = 24 * 60;

/** What the form holds; times as the clocks of the site show them. */
export type ChangeValues = {
  /** `2026-11-23`, of one reservation alone. */
  date: string;
  /** `09:00` */
  from: string;
  until: string;
  space_id: string;
  name: string;
  plate: string;
  email: string;
  notes: string;
};

/** Still to come, and not called off. */
export const liesAhead = (
  { status, start_time }: Pick<ReservationOccurrence, 'status' | 'start_time'>,
  now: number,
): boolean => (status === 'confirmed' || status === 'pending') && Date.parse(start_time) > now;

/** Those of a series that are meant. */
export function meant(
  { occurrences }: Pick<ReservationSeriesDetail, 'occurrences'>,
  scope: Scope,
  one: ReservationOccurrence | undefined,
  now: number,
): ReservationOccurrence[] {
  if (scope === 'one') return one ? [one] : [];
  const ahead = occurrences.filter((occurrence) => liesAhead(occurrence, now));
  if (scope === 'all' || !one) return ahead;
  const from = Date.parse(one.recurrence_time);
  return ahead.filter(({ recurrence_time }) => Date.parse(recurrence_time) >= from);
}

type Slot = { start_time: string; end_time: string };

/** When something is, by the clocks of a zone. */
export function hoursOf({ start_time, end_time }: Slot, zone: string) {
  const [start, end] = [start_time, end_time].map((at) => wallOf(zone, Date.parse(at)));
  return {
    date: start?.slice(0, 10) ?? '',
    from: start?.slice(11, 16) ?? '',
    until: end?.slice(11, 16) ?? '',
    /** How much later the clocks show at the end. */
    minutes: (Date.parse(`${end}Z`) - Date.parse(`${start}Z`)) / MINUTE_MS,
  };
}

export type Hours = ReturnType<typeof hoursOf>;

const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** How long it is from one time of the day until another, which may be of the next; as many days as it had before. */
export function lengthOf(from: string, until: string, before: number): number {
  const within = (minutesOf(until) - minutesOf(from) + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  return within + (Math.max(1, Math.ceil(before / DAY_MINUTES)) - 1) * DAY_MINUTES;
}

/** For whom it is, and what else is said of it. */
export const whoOf = ({ space_id, holder, notes }: Reservation) => ({
  space_id,
  name: holder?.name ?? '',
  plate: holder?.plate ?? '',
  email: holder?.email ?? '',
  notes: notes ?? '',
});

type Who = ReturnType<typeof whoOf>;

function whoChanged(before: Who, values: ChangeValues) {
  const [name, plate, email, notes] = [values.name, values.plate, values.email, values.notes].map(
    (text) => text.trim(),
  );
  const isOther = name !== before.name || plate !== before.plate || email !== before.email;
  return {
    ...(values.space_id !== before.space_id && { space_id: values.space_id }),
    ...(isOther && {
      holder: { ...(name && { name }), ...(plate && { plate }), ...(email && { email }) },
    }),
    ...(notes !== before.notes && { notes: notes || null }),
  };
}

/** What is to change about several; empty if nothing is another. */
export function seriesChangeOf(
  hours: Hours,
  who: Who,
  values: ChangeValues,
): ReservationSeriesChange {
  const length = lengthOf(values.from, values.until, hours.minutes);
  return {
    ...whoChanged(who, values),
    ...(values.from !== hours.from && { start_time: values.from }),
    ...(length !== hours.minutes && { duration_minutes: length }),
  };
}

/** What is to change about one. */
export function oneChangeOf(
  hours: Hours,
  who: Who,
  values: ChangeValues,
  zone: string,
): ReservationChange {
  const { date, from, until } = values;
  const isMoved = date !== hours.date || from !== hours.from || until !== hours.until;
  if (!isMoved) return whoChanged(who, values);
  const length = lengthOf(from, until, hours.minutes);
  const shown = new Date(Date.parse(`${date}T${from}:00Z`) + length * MINUTE_MS).toISOString();
  return {
    ...whoChanged(who, values),
    start_time: instantOf(zone, `${date}T${from}`),
    end_time: instantOf(zone, shown.slice(0, 16)),
  };
}
