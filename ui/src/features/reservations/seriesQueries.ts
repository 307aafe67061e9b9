/** What the pages of series ask of the server. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api, versioned } from '@/api/client';
import { pollEvery } from '@/api/live';
import type {
  ReservationSeriesChange,
  ReservationSeriesDetail,
  ReservationSeriesWish,
} from '@/api/types';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';
import type { Version } from '@/components/useVersioned';

const REFRESH_MS = 30_000;

export type SeriesFilter = 'site_id' | 'space_id';
export const seriesFilters: readonly SeriesFilter[] = ['site_id', 'space_id'];
export type SeriesVersion = Version<ReservationSeriesDetail>;

export const seriesListQuery = (
  tenantId: string,
  query: ListQuery & Partial<Record<SeriesFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'reservations', 'series', 'list', query],
    queryFn: () => answer(api.GET('/api/v6/reservations/series', { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: pollEvery(REFRESH_MS),
  });

export const readSeries = (id: string): Promise<SeriesVersion> =>
  versioned(api.GET('/api/v6/reservations/series/{id}', { params: { path: { id } } }));

/** A series with its reservations, and the version that a change must name. */
export const seriesQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'reservations', 'series', 'one', id],
    queryFn: () => readSeries(id),
    enabled: id !== '',
    refetchInterval: pollEvery(REFRESH_MS),
  });

/**
 * The same as a dialog finds it when it opens. What happens meanwhile is not read: the server refuses a change of what
 * is another by then, and the dialog says so.
 */
export const seriesVersionQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'series-version', id],
    queryFn: () => readSeries(id),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });

export const readReservation = (id: string) =>
  versioned(api.GET('/api/v6/reservations/{id}', { params: { path: { id } } }));

export const reservationVersionQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'reservation-version', id],
    queryFn: () => readReservation(id),
    enabled: id !== '',
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });

/** Hundreds of dates are judged: not whenever anybody reserves anything, but often enough. */
const JUDGE_MS = 60_000;

const wishIn = (key: readonly unknown[] | undefined) =>
  (key?.[2] ?? null) as ReservationSeriesWish | null;

/** Whether two wishes ask for the same dates, whichever of them are left out. */
function isSameRule(one: ReservationSeriesWish | null, other: ReservationSeriesWish | null) {
  const whole = (wish: ReservationSeriesWish | null) => wish && { ...wish, except: [] };
  return one !== null && JSON.stringify(whole(one)) === JSON.stringify(whole(other));
}

/** What a series would be, and which of its dates cannot be had. */
export const previewQuery = (tenantId: string, wish: ReservationSeriesWish | null) =>
  queryOptions({
    queryKey: [tenantId, 'series-preview', wish],
    queryFn: () =>
      answer(
        api.POST('/api/v6/reservations/series/preview', {
          body: wish ?? { space_id: '', start_time: '', end_time: '', rule: '' },
        }),
      ),
    enabled: wish !== null,
    staleTime: 0,
    refetchInterval: JUDGE_MS,
    // While one leaves dates out the list stays where it is.
    placeholderData: (known, before) =>
      isSameRule(wishIn(before?.queryKey), wish) ? known : undefined,
  });

function useRefresh() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  const refreshEstate = useRefreshEstate();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: [tenantId, 'reservations'] }),
      queryClient.invalidateQueries({ queryKey: [tenantId, 'series-preview'] }),
      refreshEstate(),
    ]);
}

export function useBookSeries() {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: (body: ReservationSeriesWish) =>
      answer(api.POST('/api/v6/reservations/series', { body })),
    // Refused, it tells that others have changed something.
    onSettled,
  });
}

const under = (etag: string | null) => (etag ? { 'if-match': etag } : {});

type Change = { id: string; etag: string | null; body: ReservationSeriesChange };

const change = ({ id, etag, body }: Change) =>
  answer(
    api.PATCH('/api/v6/reservations/series/{id}', {
      params: { path: { id } },
      body,
      headers: under(etag),
    }),
  );

/** What a change would do; those that cannot be moved are told and left. */
export function useTrySeriesChange() {
  return useMutation({
    mutationFn: ({ body, ...which }: Change) =>
      change({ ...which, body: { ...body, on_clash: 'skip', dry_run: true } }),
  });
}

export function useChangeSeries() {
  const onSettled = useRefresh();
  return useMutation({ mutationFn: change, onSettled });
}

type Cancel = { id: string; etag: string | null; from?: string; reason?: string };

export function useCancelSeries() {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: ({ id, etag, ...body }: Cancel) =>
      answer(
        api.PUT('/api/v6/reservations/series/{id}/cancel', {
          params: { path: { id } },
          body,
          headers: under(etag),
        }),
      ),
    onSettled,
  });
}
