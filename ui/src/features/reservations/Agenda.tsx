import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Reservation } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { useFromNow } from '@/components/now';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { lookOf, nameOf } from '@/components/reservationLooks';
import looks from '@/components/reservationLooks.module.css';
import { useOffers } from '@/components/useOffers';
import styles from './agenda.module.css';
import type { SheetProps } from './CalendarSheet';
import calendar from './calendar.module.css';
import { agendaQuery } from './calendarQueries';
import { axisOf, hoursOf, MINUTE_MS } from './timeAxis';
import { useWords, type Words } from './useWords';

/** One day in the order of time, for a screen that is no wider than a hand. */
export function Agenda({ site, shown, bays, wanted, openId, onOpen }: SheetProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { date, today } = shown;
  const zone = site.timezone;
  const axis = useMemo(() => axisOf(zone, 'day', date), [zone, date]);
  const words = useWords(zone);
  const offers = useOffers(useTenantId(), site.id);
  const query = useInfiniteQuery(agendaQuery(useTenantId(), site.id, axis));
  const ids = useMemo(() => new Set(wanted.map(({ id }) => id)), [wanted]);
  const isAll = bays.length === wanted.length;
  const all = (query.data?.pages ?? [])
    .flatMap(({ reservations }) => reservations)
    .filter(({ status, space_id }) => status !== 'cancelled' && (isAll || ids.has(space_id)));
  const minute = useFromNow((now) => Math.floor(now / MINUTE_MS)) * MINUTE_MS;
  const hours = hoursOf(axis);
  // Who looks at today wants to know what is and what comes; what is over before the first of that is put aside.
  const next = date === today ? all.findIndex((one) => Date.parse(one.end_time) > minute) : 0;
  const over = all.slice(0, next < 0 ? all.length : next);
  const listOf = (some: readonly Reservation[]) => (
    <ol className={styles.list}>
      {some.map((one) => (
        <AgendaItem
          key={one.id}
          reservation={one}
          day={date}
          words={words}
          offers={offers}
          isOpen={one.id === openId}
          onOpen={onOpen}
        />
      ))}
    </ol>
  );
  return (
    <section className={styles.agenda} aria-label={t('calendar.label', { site: site.name })}>
      <h2 className={styles.day}>
        {formats.fullDate(date)}
        {hours !== 24 && (
          <strong className={calendar.hours}>{t('calendar.hours', { n: hours })}</strong>
        )}
      </h2>
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <PageSkeleton />}
      {query.data && all.length === 0 && !query.hasNextPage && (
        <EmptyState title={t('calendar.emptyDay')} text={t('calendar.emptyDayText')} />
      )}
      {over.length > 0 && (
        <details className={styles.over}>
          <summary>{t('calendar.earlier', { n: formats.number(over.length) })}</summary>
          {listOf(over)}
        </details>
      )}
      {listOf(all.slice(over.length))}
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('calendar.more')}
        </Button>
      )}
      <DataAge query={query} />
    </section>
  );
}

type ItemProps = {
  reservation: Reservation;
  day: string;
  words: Words;
  offers: ReadonlySet<string>;
  isOpen: boolean;
  onOpen: (id: string) => void;
};

function AgendaItem({ reservation, day, words, offers, isOpen, onOpen }: ItemProps) {
  const { id, space_code, start_time, end_time } = reservation;
  const look = lookOf(reservation, offers);
  const span = { start: Date.parse(start_time), end: Date.parse(end_time) };
  return (
    <li>
      <button
        type="button"
        className={`${styles.item} ${looks[look]} ${isOpen ? styles.open : ''}`}
        onClick={() => onOpen(id)}
      >
        <span className={looks.letter} data-letter={words.letter(look)} aria-hidden="true" />
        <span className={styles.words}>
          <strong>{words.span(span, day)}</strong>
          <span>{[space_code, nameOf(reservation)].filter(Boolean).join(', ')}</span>
          <span className={styles.state}>
            {[words.look(look), ...words.marks(reservation)].join(', ')}
          </span>
        </span>
      </button>
    </li>
  );
}
