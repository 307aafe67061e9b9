/** Dates, ages and numbers in the reader's language and 24-hour clock. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
];

type Formats = ReturnType<typeof createFormats>;

/** 24-hour clock and day before month, which is how most readers of "en" here write them. */
const regions: Record<string, string> = { en: 'en-GB', fr: 'fr-FR' };

export function createFormats(code: string) {
  const language = regions[code] ?? code;
  const instant = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    hourCycle: 'h23',
  });
  const precise = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'long',
    hourCycle: 'h23',
  });
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const clock = new Intl.DateTimeFormat(language, { timeStyle: 'short', hourCycle: 'h23' });
  const exactClock = new Intl.DateTimeFormat(language, {
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  });
  const number = new Intl.NumberFormat(language);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  const parts = new Intl.ListFormat(language, { type: 'unit', style: 'long' });
  const measured = (amount: number, unit: 'day' | 'hour' | 'minute') =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(amount);

  function since(at: string | number | Date, now: number): string {
    let amount = (new Date(at).getTime() - now) / 1000;
    for (const [unit, size] of STEPS) {
      if (Math.abs(amount) < size) return relative.format(Math.round(amount), unit);
      amount /= size;
    }
    return '';
  }

  /** Made when asked for: there are as many as there are zones of sites. */
  const inZone = (zone: string) =>
    new Intl.DateTimeFormat(language, {
      dateStyle: 'medium',
      timeStyle: 'short',
      hourCycle: 'h23',
      timeZone: zone,
    });

  const exactInZone = (zone: string) =>
    new Intl.DateTimeFormat(language, {
      dateStyle: 'short',
      timeStyle: 'medium',
      hourCycle: 'h23',
      timeZone: zone,
    });

  /** Many times of one zone, for calendars. */
  const clockOf = (zone: string) => {
    const clock = new Intl.DateTimeFormat(language, {
      timeStyle: 'short',
      hourCycle: 'h23',
      timeZone: zone,
    });
    return (at: string | number | Date) => clock.format(new Date(at));
  };
  const weekday = new Intl.DateTimeFormat(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
  const date = new Intl.DateTimeFormat(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const fullDate = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone: 'UTC' });
  const dayMonth = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  });
  const weekdayLong = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
  const weekdayShort = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
  /** The first of January 2024 was a Monday. */
  const someWeek = (n: number) => Date.UTC(2024, 0, 1 + n);

  return {
    /** The clock of a zone, which the reader must be told beside it: "14:05". */
    clockOf,
    /** A day of the calendar: "Sun, 22 Nov". */
    weekday: (date: string) => weekday.format(Date.parse(`${date}T00:00:00Z`)),
    /** A day of the calendar, of whichever year: "Sun, 22 Nov 2026". */
    date: (day: string) => date.format(Date.parse(`${day}T00:00:00Z`)),
    /** A day of every year: "22 November". */
    dayMonth: (date: string) => dayMonth.format(Date.parse(`${date}T00:00:00Z`)),
    /** The days of the week from Monday, which is 0: "Monday". */
    weekdayName: (n: number) => weekdayLong.format(someWeek(n)),
    /** The same where there is little room: "Mon". */
    weekdayShort: (n: number) => weekdayShort.format(someWeek(n)),
    /** A day of the calendar in full: "Sunday, 22 November 2026". */
    fullDate: (date: string) => fullDate.format(Date.parse(`${date}T00:00:00Z`)),
    /** With seconds, by the wall clock of another time zone, which the reader must be told beside it. */
    exactIn: (zone: string, at: string | number | Date) => exactInZone(zone).format(new Date(at)),
    /** The wall clock of another time zone, which the reader must be told beside it. */
    instantIn: (zone: string, at: string | number | Date) => inZone(zone).format(new Date(at)),
    /** "21 Nov 2026, 14:05" */
    instant: (at: string | number | Date) => instant.format(new Date(at)),
    /** With seconds and zone, for tooltips and records. */
    precise: (at: string | number | Date) => precise.format(new Date(at)),
    day: (at: string | number | Date) => day.format(new Date(at)),
    /** With seconds, where messages follow one another. */
    exactClock: (at: string | number | Date) => exactClock.format(new Date(at)),
    clock: (at: string | number | Date) => clock.format(new Date(at)),
    number: (value: number) => number.format(value),
    list: (values: string[]) => list.format(values),
    /** "1 day, 2 hours, 5 minutes", of whole minutes. */
    duration: (minutes: number) => {
      const amounts = [
        ['day', Math.floor(minutes / 1440)],
        ['hour', Math.floor(minutes / 60) % 24],
        ['minute', minutes % 60],
      ] as const;
      const said = amounts.filter(([, amount]) => amount > 0);
      return said.length === 0
        ? measured(0, 'minute')
        : parts.format(said.map(([unit, amount]) => measured(amount, unit)));
    },
    since,
  };
}

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return useMemo(() => createFormats(i18n.language), [i18n.language]);
}
