import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Reservation } from '@/api/types';
import { useFormats } from '@/components/format';
import { type Look, nameOf, useLookWords } from '@/components/reservationLooks';
import type { Fault } from './spans';
import { dateOf, type Span } from './timeAxis';

/** What the calendar says of times and reservations, by the clocks of a zone. */
export function useWords(zone: string) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { look, letter, marks } = useLookWords(zone);
  return useMemo(() => {
    const clock = formats.clockOf(zone);
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
    const booking = (one: Reservation, at: Span, how: Look) =>
      [one.space_code, look(how), ...marks(one), span(at), nameOf(one), one.notes]
        .filter(Boolean)
        .join(', ');
    return {
      clock,
      look,
      letter,
      marks,
      /** Until when it is held, where there is little room. */
      until: (at: string) => t('calendar.until', { at: clock(at) }),
      span,
      fault,
      booking,
      day: (at: number) => formats.weekday(dateOf(zone, at)),
    };
  }, [t, formats, zone, look, letter, marks]);
}

export type Words = ReturnType<typeof useWords>;
