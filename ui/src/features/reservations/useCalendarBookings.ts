import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { Space } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { type Found, nextPage } from './bookingPages';
import { BOOKINGS_PAGE, bookingsQuery } from './calendarQueries';
import { type Placed, placed } from './spans';
import type { Axis } from './timeAxis';

/** What was called off is no longer anybody's time; the list of reservations holds it. */
const HIDDEN = new Set(['cancelled']);
const NONE: readonly Placed[] = [];
/** Pages kept up to date at a time; who comes back to older ones asks for them again. */
const PAGES_MAX = 40;

type Options = {
  siteId: string;
  axis: Axis;
  /** All bays of the site, by their codes: the order in which the server gives reservations. */
  bays: readonly Space[];
  /** Those whose reservations are wanted. */
  wanted: readonly Space[];
};

type Page = Awaited<ReturnType<NonNullable<ReturnType<typeof bookingsQuery>['queryFn']>>>;

/** The answers of all pages as one; the same function always, so that it is not asked in vain. */
function together(all: UseQueryResult<Page>[]) {
  return {
    answers: all.map(({ data }) => data),
    error: all.find(({ error }) => error)?.error ?? null,
    isPending: all[0]?.isPending ?? true,
    isFetching: all.some(({ isFetching }) => isFetching),
    isRefetchError: all.some(({ isRefetchError }) => isRefetchError),
    dataUpdatedAt: Math.min(...all.map(({ dataUpdatedAt }) => dataUpdatedAt)),
    refetch: () => Promise.all(all.map(({ refetch }) => refetch())),
  };
}

/** What is reserved of the bays in sight; asked for page by page as they come into sight. */
export function useCalendarBookings({ siteId, axis, bays, wanted }: Options) {
  const tenantId = useTenantId();
  const { start, end } = axis;
  const window = `${siteId} ${start} ${end}`;
  const [asked, setAsked] = useState<{ window: string; pages: number[] }>({ window, pages: [1] });
  const pages = asked.window === window ? asked.pages : [1];
  const places = useMemo(() => new Map(bays.map(({ id }, n) => [id, n])), [bays]);

  const results = useQueries({
    queries: pages.map((page) => bookingsQuery(tenantId, siteId, { start, end }, page)),
    combine: together,
  });

  const { answers } = results;
  const bySpace = useMemo(() => {
    const found = new Map<string, Placed>();
    for (const answer of answers) {
      for (const one of answer?.reservations ?? []) {
        if (!HIDDEN.has(one.status)) found.set(one.id, placed(one));
      }
    }
    return bySpaceOf([...found.values()]);
  }, [answers]);

  const next = useMemo(() => {
    const [first] = answers;
    if (!first || answers.some((answer) => answer === undefined)) return null;
    const found: Found[] = answers.map((answer, n) => {
      const known = (answer?.reservations ?? [])
        .map(({ space_id }) => places.get(space_id))
        .filter((place) => place !== undefined);
      const [page, from, to] = [pages[n] ?? 0, known[0], known.at(-1)];
      // A page of bays that are no more says nothing about where others are: no number lies beside it.
      return { page, first: from ?? Number.NaN, last: to ?? Number.NaN };
    });
    const count = Math.ceil(first.total / BOOKINGS_PAGE);
    const sought = wanted.map(({ id }) => places.get(id) ?? 0);
    return nextPage(sought, found, { pages: count, bays: bays.length });
  }, [answers, pages, places, wanted, bays.length]);

  // What is in sight follows from scrolling, and what to ask for from what has come.
  useEffect(() => {
    if (next === null) return;
    setAsked((last) => {
      const known = last.window === window ? last.pages : [1];
      if (known.includes(next)) return last;
      const [first = 1, ...others] = known;
      return { window, pages: [first, ...others.slice(-PAGES_MAX), next] };
    });
  }, [next, window]);

  return {
    ...results,
    bySpace,
    of: (spaceId: string) => bySpace.get(spaceId) ?? NONE,
    /** Whether something of the bays in sight is still to come. */
    isComing: results.isPending || next !== null || answers.some((one) => one === undefined),
  };
}

/** By bay, each in the order of time. */
export function bySpaceOf(all: readonly Placed[]): Map<string, Placed[]> {
  const map = new Map<string, Placed[]>();
  for (const one of [...all].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const held = map.get(one.spaceId);
    if (held) held.push(one);
    else map.set(one.spaceId, [one]);
  }
  return map;
}
