/** What the calendar and the booking ask of the server. */
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { pollEvery } from '@/api/live';
import type { AvailabilityQuestion, ReservationChange, ReservationWish } from '@/api/types';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import { useTenantId } from '@/app/session/useSession';
import type { Span } from './timeAxis';

const REFRESH_MS = 15_000;
/** The most the server gives at once. */
export const BOOKINGS_PAGE = 500;
/** The most bays the server answers about at once, by their codes. */
export const AVAILABLE_MAX = 2_000;

const iso = (at: number) => new Date(at).toISOString();

/** One page of what is reserved at a site in a stretch of time, bay after bay. */
export const bookingsQuery = (
  tenantId: string,
  siteId: string,
  { start, end }: Span,
  page: number,
) =>
  queryOptions({
    queryKey: [tenantId, 'reservations', 'calendar', siteId, start, end, page],
    queryFn: () => {
      const query = {
        site_id: siteId,
        from: iso(start),
        to: iso(end),
        sort: 'code',
        page,
        page_size: BOOKINGS_PAGE,
      };
      return answer(api.GET('/api/v6/reservations', { params: { query } }));
    },
    refetchInterval: pollEvery(REFRESH_MS),
  });

/** As many as a phone shows before one asks for more. */
const AGENDA_PAGE = 100;

/** What is reserved at a site on a day, in the order of time. */
export const agendaQuery = (tenantId: string, siteId: string, { start, end }: Span) =>
  infiniteQueryOptions({
    queryKey: [tenantId, 'reservations', 'agenda', siteId, start, end],
    queryFn: ({ pageParam }) => {
      const query = {
        site_id: siteId,
        from: iso(start),
        to: iso(end),
        sort: 'start_time',
        page: pageParam,
        page_size: AGENDA_PAGE,
      };
      return answer(api.GET('/api/v6/reservations', { params: { query } }));
    },
    initialPageParam: 1,
    getNextPageParam: (last, _, page) => (page < last.total_pages ? page + 1 : undefined),
    refetchInterval: pollEvery(REFRESH_MS),
  });

/** When bays can be reserved, by the rules by which they are. */
export const availabilityQuery = (tenantId: string, question: AvailabilityQuestion | null) =>
  queryOptions({
    queryKey: [tenantId, 'reservations', 'availability', question],
    queryFn: () =>
      answer(
        api.POST('/api/v6/reservations/check-availability', {
          body: question ?? { from: '', to: '' },
        }),
      ),
    enabled: question !== null,
    refetchInterval: pollEvery(REFRESH_MS),
  });

function useRefresh() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  const refreshEstate = useRefreshEstate();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: [tenantId, 'reservations'] }),
      refreshEstate(),
    ]);
}

export function useBook() {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: (body: ReservationWish) => answer(api.POST('/api/v6/reservations', { body })),
    // Refused, it tells that others have changed something.
    onSettled,
  });
}

/** Moves, extends or shortens a reservation. */
export function useChangeReservation() {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: ({
      id,
      etag,
      body,
    }: {
      id: string;
      etag?: string | null;
      body: ReservationChange;
    }) =>
      answer(
        api.PATCH('/api/v6/reservations/{id}', {
          params: { path: { id } },
          body,
          headers: etag ? { 'if-match': etag } : {},
        }),
      ),
    // What stood in the way is to be seen as well.
    onSettled,
  });
}
