import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { baysQuery } from '@/api/estate';
import type { Site, Space, SpaceAvailability } from '@/api/types';
import { paths } from '@/app/paths';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { useListState } from '@/components/listState';
import { useFromNow } from '@/components/now';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SearchField } from '@/components/SearchField';
import { SitePicker } from '@/components/SitePicker';
import { BayFilterBar } from './BayFilterBar';
import styles from './booking.module.css';
import { placeOn } from './CalendarRow';
import { AVAILABLE_MAX, availabilityQuery } from './calendarQueries';
import { type BayFilter, bayFilters, fittingBays, useShown } from './calendarView';
import { DayPicker } from './DayPicker';
import { type Axis, axisOf, HOUR_MS, MINUTE_MS, partOf, ticksOf } from './timeAxis';
import tools from './tools.module.css';
import { useWords, type Words } from './useWords';
import { ZoneName } from './ZoneName';

/** For how long one may want a bay, in minutes. */
const LENGTHS = [15, 30, 60, 120, 240, 480, 720];
const USUAL = 60;
const SHOWN = 40;

type Props = { site: Site; onSite: (siteId: string | undefined) => void };

/** The bays of a site with the stretches of a day in which each can be had for long enough. */
export function FreeTimes({ site, onSite }: Props) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const zone = site.timezone;
  const minute = useFromNow((now) => Math.floor(now / MINUTE_MS));
  const { date, today, setDate } = useShown(zone, minute * MINUTE_MS);
  const list = useListState<BayFilter>(bayFilters);
  const [minutes, setMinutes] = useLength();
  const axis = useMemo(() => axisOf(zone, 'day', date), [zone, date]);
  const { level_id, zone_id, kind } = list.filters;
  const free = useQuery(
    availabilityQuery(tenantId, {
      site_id: site.id,
      from: new Date(axis.start).toISOString(),
      to: new Date(axis.end).toISOString(),
      duration_minutes: minutes,
      ...(level_id && { level_id }),
      ...(zone_id && { zone_id }),
      ...(kind && { kind: kind as Space['kind'] }),
    }),
  );
  const bays = useQuery(baysQuery(tenantId, { site_id: site.id }));
  const q = list.query.q;
  const found = useMemo(() => {
    const known = bays.data?.spaces ?? [];
    const named = new Map(fittingBays(known, q ? { q } : {}).map((bay) => [bay.id, bay]));
    return (free.data?.spaces ?? []).flatMap((one) => {
      const bay = named.get(one.space_id);
      return bay && one.free.length > 0 ? [{ bay, free: one.free }] : [];
    });
  }, [bays.data, free.data, q]);
  const failed = [bays, free].find(({ error, data }) => error && !data);

  return (
    <>
      <div className={tools.tools}>
        <div className={tools.toolRow}>
          <SitePicker
            tenantId={tenantId}
            className={tools.site}
            label={t('operations.site')}
            value={site.id}
            onChange={onSite}
          />
          <DayPicker date={date} today={today} view="day" onDate={setDate} />
          <LengthPicker minutes={minutes} onMinutes={setMinutes} />
          <ZoneName zone={zone} date={date} />
        </div>
        <div className={tools.toolRow}>
          <SearchField label={t('calendar.search')} value={q ?? ''} onSearch={list.setSearch} />
          <BayFilterBar list={list} siteId={site.id} />
        </div>
      </div>
      {failed && <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />}
      {(bays.isPending || free.isPending) && !failed && <PageSkeleton />}
      {free.data && free.data.total >= AVAILABLE_MAX && (
        <p className={styles.hint}>{t('booking.chooseLevel')}</p>
      )}
      {free.data && bays.data && found.length === 0 && (
        <EmptyState title={t('freeTimes.noneTitle')} text={t('freeTimes.noneText')} />
      )}
      {found.length > 0 && (
        <FreeList
          key={`${date} ${minutes}`}
          site={site}
          axis={axis}
          minutes={minutes}
          found={found}
        />
      )}
      {free.data && <DataAge query={free} />}
    </>
  );
}

/** How long, in the URL like the day. */
function useLength(): [number, (minutes: number) => void] {
  const [params, setParams] = useSearchParams();
  const named = Number(params.get('minutes'));
  const set = (minutes: number) =>
    setParams((current) => {
      const next = new URLSearchParams(current);
      if (minutes === USUAL) next.delete('minutes');
      else next.set('minutes', String(minutes));
      return next;
    });
  return [LENGTHS.includes(named) ? named : USUAL, set];
}

type LengthProps = { minutes: number; onMinutes: (minutes: number) => void };

function LengthPicker({ minutes, onMinutes }: LengthProps) {
  const { t } = useTranslation();
  const say = (n: number) =>
    n < 60 ? t('freeTimes.minutes', { n }) : t('freeTimes.hours', { n: n / 60 });
  return (
    <Select
      aria-label={t('freeTimes.atLeast')}
      className={styles.length}
      value={minutes}
      onChange={onMinutes}
      options={LENGTHS.map((value) => ({ value, label: say(value) }))}
    />
  );
}

type Found = { bay: Space; free: SpaceAvailability['free'] };
type ListProps = { site: Site; axis: Axis; minutes: number; found: readonly Found[] };

function FreeList({ site, axis, minutes, found }: ListProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [max, setMax] = useState(SHOWN);
  const words = useWords(site.timezone);
  const rest = found.length - max;
  return (
    <>
      <div className={styles.freeFrame}>
        <FreeHours axis={axis} />
        <ul className={styles.freeList} aria-label={t('freeTimes.label', { site: site.name })}>
          {found.slice(0, max).map(({ bay, free }) => (
            <FreeItem
              key={bay.id}
              site={site}
              bay={bay}
              free={free}
              axis={axis}
              minutes={minutes}
              words={words}
            />
          ))}
        </ul>
      </div>
      {rest > 0 && (
        <Button onClick={() => setMax(max + SHOWN)}>
          {t('booking.moreBays', { count: rest, formatted: formats.number(rest) })}
        </Button>
      )}
    </>
  );
}

/** The hours the pictures below are to be read by; whoever does not see them has the times themselves. */
function FreeHours({ axis }: { axis: Axis }) {
  const ticks = useMemo(() => ticksOf(axis, 6), [axis]);
  return (
    <div className={styles.freeHours} aria-hidden="true">
      <span className={styles.freeScale}>
        {ticks.map(({ at, label }) => (
          <span key={at} style={{ left: `${partOf(axis, at) * 100}%` }}>
            {label}
          </span>
        ))}
      </span>
    </div>
  );
}

type ItemProps = Found & { site: Site; axis: Axis; minutes: number; words: Words };

/** One bay: when it can be had as a picture, and as links to where one books it. */
function FreeItem({ site, bay, free, axis, minutes, words }: ItemProps) {
  const { t } = useTranslation();
  const mayBook = useCan('reservations:book');
  const spans = free.map(({ start_time, end_time }) => ({
    start: Date.parse(start_time),
    end: Date.parse(end_time),
  }));
  return (
    <li className={styles.freeItem}>
      <span className={styles.choiceWords}>
        <strong>{bay.code}</strong>
        <span className={styles.second}>{[bay.level, bay.zone].filter(Boolean).join(', ')}</span>
      </span>
      <span className={styles.freeBar} aria-hidden="true">
        {spans.map((span) => (
          <span key={span.start} className={styles.freePart} style={placeOn(axis, span)} />
        ))}
      </span>
      <span className={styles.windows}>
        {spans.map((span) => {
          const text = t('calendar.span', {
            from: words.clock(span.start),
            until: span.end === axis.end ? '24:00' : words.clock(span.end),
          });
          const from = Math.ceil(span.start / (5 * MINUTE_MS)) * 5 * MINUTE_MS;
          const until = Math.min(from + (minutes / 60) * HOUR_MS, span.end);
          if (!mayBook) return <span key={span.start}>{text}</span>;
          return (
            <Link
              key={span.start}
              className={styles.window}
              aria-label={t('freeTimes.book', { code: bay.code, span: text })}
              to={paths.newReservation({
                site: site.id,
                bay: bay.id,
                from: new Date(from).toISOString(),
                until: new Date(until).toISOString(),
              })}
            >
              {text}
            </Link>
          );
        })}
      </span>
    </li>
  );
}
