import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site, Space } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useOffers } from '@/components/useOffers';
import { CalendarGrid } from './CalendarGrid';
import { CalendarLegend } from './CalendarLegend';
import styles from './calendar.module.css';
import type { Shown } from './calendarView';
import { RefusalAlert } from './RefusalAlert';
import type { Wish } from './spans';
import { termsQuery } from './termsQueries';
import { axisOf } from './timeAxis';
import { useCalendarBookings } from './useCalendarBookings';
import { useRowsInView } from './useRowsInView';
import { useShifting } from './useShifting';
import { useWords } from './useWords';

export type SheetProps = {
  site: Site;
  shown: Shown;
  /** All bays of the site, and those that are looked for. */
  bays: readonly Space[];
  wanted: readonly Space[];
  openId: string | null;
  onOpen: (id: string) => void;
  onCreate: (wish: Wish) => void;
};

/** Bays below one another, time from left to right. */
export function CalendarSheet({ site, shown, bays, wanted, openId, onOpen, onCreate }: SheetProps) {
  const { t } = useTranslation();
  const { view, date } = shown;
  const zone = site.timezone;
  const refusal = useEstateRefusal('reservations:book');
  const frame = useRef<HTMLDivElement>(null);
  const axis = useMemo(() => axisOf(zone, view, date), [zone, view, date]);
  const words = useWords(zone);
  const inView = useRowsInView(frame, wanted.length);
  const [extra, setExtra] = useState<number | null>(null);
  const visible = useMemo(() => {
    const rows = wanted.slice(inView.from, inView.to);
    const other = extra === null ? undefined : wanted[extra];
    return other && !rows.includes(other) ? [...rows, other] : rows;
  }, [wanted, inView.from, inView.to, extra]);
  const bookings = useCalendarBookings({ siteId: site.id, axis, bays, wanted: visible });
  const offers = useOffers(useTenantId(), site.id);
  const terms = useQuery(termsQuery(useTenantId(), site.id)).data;
  const codes = useMemo(() => new Map(bays.map(({ id, code }) => [id, code])), [bays]);
  const shifting = useShifting({ words, codeOf: (id) => codes.get(id) ?? '' });

  return (
    <>
      {shifting.refusal && (
        <RefusalAlert {...shifting.refusal} words={words} onUnderstood={shifting.forgive} />
      )}
      {bookings.error && (
        <div className={styles.refusal}>
          <ProblemAlert error={bookings.error} onRetry={() => void bookings.refetch()} />
        </div>
      )}
      <CalendarGrid
        frame={frame}
        label={t('calendar.label', { site: site.name })}
        axis={axis}
        bays={wanted}
        inView={inView}
        bookings={bookings}
        terms={terms}
        offers={offers}
        words={words}
        shifting={shifting}
        openId={openId}
        isFixed={refusal !== null}
        onRow={setExtra}
        onOpen={onOpen}
        onCreate={onCreate}
      />
      <div className={styles.foot}>
        <CalendarLegend words={words} />
        <DataAge query={bookings} />
      </div>
      <p className={styles.help}>{refusal ?? t('calendar.help')}</p>
    </>
  );
}
