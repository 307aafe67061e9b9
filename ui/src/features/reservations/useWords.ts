import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Reservation } from '@/api/types';
import { useFormats } from '@/components/format';
import { type Look, lookOf, nameOf } from './looks';
import type { Fault } from './spans';
import { dateOf, type Span } from './timeAxis';

/** What the calendar says of times and reservations, by the clocks of a zone. */
export function useWords(zone: string) {
  const { t } = useTranslation();
  const formats = useFormats();
  return useMemo(() => {
    const clock = formats.clockOf(zone);
    const look = (name: Look) =>
      name === 'present' ? t('calendar.present') : t(`reservations.statuses.${name}`);
    /** "10:00 – 11:30", with the day where it is another one. */
    const span = ({ start, end }: Span, day?: string) => {
      const [from, until] = [dateOf(zone, start), dateOf(zone, end)];
      const at = (instant: number, date: string, known: string | undefined) =>
        date === known ? clock(instant) : `${formats.weekday(date)}, ${clock(instant)}`;
      return t('calendar.span', { from: at(start, from, day), until: at(end, until, from) });
    };
    const fault = (one: Fault) => {
      if (one.kind === 'taken')
        return t('calendar.faults.taken', { span: span(one, dateOf(zone, one.start)) });
      if (one.kind === 'tooLong')
        return t('calendar.faults.tooLong', {
          n: formats.number(Math.round(one.minutes / 6) / 10),
        });
      return t(`calendar.faults.${one.kind}`);
    };
    const booking = (one: Reservation, at: Span) =>
      [one.space_code, look(lookOf(one)), span(at), nameOf(one), one.notes]
        .filter(Boolean)
        .join(', ');
    return {
      clock,
      look,
      letter: (name: Look) => t(`calendar.letters.${name}`),
      span,
      fault,
      booking,
      day: (at: number) => formats.weekday(dateOf(zone, at)),
    };
  }, [t, formats, zone]);
}

export type Words = ReturnType<typeof useWords>;
