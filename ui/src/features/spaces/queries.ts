import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { ALARMS_REFRESH_MS } from '@/api/alarms';
import { answer, api } from '@/api/client';
import { pollEvery } from '@/api/live';
import { withHeard } from '@/api/liveBays';
import type {
  BayKind,
  ReservationWish,
  Space,
  SpaceChange,
  SpaceDraft,
  SpaceState,
  SpaceStateChange,
} from '@/api/types';
import { joinWaitlist } from '@/api/waitlist';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';
import { takenBack } from './takenBack';

export const spaceFilters = [
  'site_id',
  'level_id',
  'zone_id',
  'state',
  'kind',
  'has_sensor',
  'has_display',
  'is_reservable',
  'deleted',
] as const;
export type SpaceFilter = (typeof spaceFilters)[number];
export type SpaceQuery = ListQuery & Partial<Record<SpaceFilter, string>>;

/** A car comes or goes; who looks at the list sees it without asking. */
const REFRESH_MS = 15_000;
const HISTORY_PAGE = 20;
/** A day changes slowly; its last point is counted here. */
const TREND_REFRESH_MS = 5 * 60_000;
/** The most the server gives at once; who has more wrong than that has another list to read. */
const ALARMS_MAX = 500;

const truth = (value: string | undefined) => (value === undefined ? undefined : value === 'true');

/** Whatever the URL says; the server refuses what it does not know. */
function wireQuery(query: Partial<SpaceQuery>) {
  const { state, kind, has_sensor, has_display, is_reservable, deleted, ...rest } = query;
  return {
    ...rest,
    state: state as SpaceState | undefined,
    kind: kind as BayKind | undefined,
    has_sensor: truth(has_sensor),
    has_display: truth(has_display),
    is_reservable: truth(is_reservable),
    deleted: deleted === 'true' ? true : undefined,
  };
}

export const spacesQuery = (tenantId: string, query: SpaceQuery) =>
  queryOptions({
    queryKey: [tenantId, 'spaces', query],
    queryFn: async () =>
      withHeard(await answer(api.GET('/api/v6/spaces', { params: { query: wireQuery(query) } }))),
    placeholderData: keepPreviousData,
    refetchInterval: pollEvery(REFRESH_MS),
  });

/** As many as are picked at once; the server lists no more on one page. */
export const PICK_MAX = 500;

/** The bays of the first pages of a list. */
export async function firstSpaces({
  page: _page,
  page_size: _size,
  ...query
}: SpaceQuery): Promise<Space[]> {
  const { spaces } = await answer(
    api.GET('/api/v6/spaces', { params: { query: { ...wireQuery(query), page_size: PICK_MAX } } }),
  );
  return spaces;
}

export const spaceQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'spaces', 'one', id],
    queryFn: async () => {
      const call = await api.GET('/api/v6/spaces/{id}', { params: { path: { id } } });
      return withHeard({
        space: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      });
    },
    enabled: id !== '',
    refetchInterval: pollEvery(REFRESH_MS),
  });

/** Why it is in its state, or was at a moment. */
export const evidenceQuery = (tenantId: string, id: string, at: string | null) =>
  queryOptions({
    queryKey: [tenantId, 'spaces', 'evidence', id, at],
    queryFn: () =>
      answer(
        api.GET('/api/v6/spaces/{id}/evidence', {
          params: { path: { id }, query: at === null ? {} : { at } },
        }),
      ),
    placeholderData: keepPreviousData,
    // What was known at a moment that is over does not change.
    ...(at === null ? { refetchInterval: pollEvery(REFRESH_MS) } : { staleTime: REFRESH_MS }),
  });

export const historyQuery = (tenantId: string, id: string) =>
  infiniteQueryOptions({
    queryKey: [tenantId, 'spaces', 'history', id],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET('/api/v6/spaces/{id}/history', {
          params: { path: { id }, query: { page: pageParam, page_size: HISTORY_PAGE } },
        }),
      ),
    initialPageParam: 1,
    getNextPageParam: ({ page, page_size, total }) =>
      page * page_size < total ? page + 1 : undefined,
  });

/** How full a site was during the last day. */
export const trendQuery = (tenantId: string, siteId: string | null) =>
  queryOptions({
    queryKey: [tenantId, 'trend', siteId],
    queryFn: () =>
      answer(
        api.GET('/api/v6/sites/{id}/occupancy/trend', { params: { path: { id: siteId ?? '' } } }),
      ),
    enabled: siteId !== null,
    staleTime: TREND_REFRESH_MS,
    refetchInterval: TREND_REFRESH_MS,
  });

/** Which bays have an open alarm that nobody muted. */
export const alarmedQuery = (tenantId: string, siteId: string | null, isAllowed: boolean) =>
  queryOptions({
    queryKey: [tenantId, 'alarms', 'bays', siteId],
    queryFn: async () => {
      const { alarms } = await answer(
        api.GET('/api/v6/alarms', {
          params: {
            query: {
              status: 'open',
              muted: false,
              page_size: ALARMS_MAX,
              ...(siteId ? { site_id: siteId } : {}),
            },
          },
        }),
      );
      return alarms.flatMap(({ space_id }) => (space_id ? [space_id] : []));
    },
    enabled: isAllowed,
    refetchInterval: ALARMS_REFRESH_MS,
  });

export function useExportSpaces() {
  return useMutation({
    mutationFn: ({ page: _page, page_size: _size, ...query }: SpaceQuery) =>
      answer(
        api.GET('/api/v6/spaces/export', {
          params: { query: wireQuery(query) },
          parseAs: 'blob',
        }),
      ),
    gcTime: 0,
  });
}

export function useCreateSpace() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (body: SpaceDraft) => answer(api.POST('/api/v6/spaces', { body })),
    onSuccess,
  });
}

export function useCreateSpaces() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (body: { site_id: string; pattern: string; template: SpaceChange }) =>
      answer(api.POST('/api/v6/spaces/bulk', { body })),
    onSuccess,
  });
}

export function useChangeSpace() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: async ({
      id,
      etag,
      body,
    }: {
      id: string;
      etag: string | null;
      body: SpaceChange;
    }) => {
      const call = await api.PATCH('/api/v6/spaces/{id}', {
        params: { path: { id } },
        body,
        headers: etag ? { 'if-match': etag } : {},
      });
      return {
        space: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      };
    },
    onSuccess,
  });
}

export function useChangeSpaces() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (body: { ids: string[]; change: SpaceChange }) =>
      answer(api.PATCH('/api/v6/spaces/bulk', { body })),
    onSuccess,
  });
}

/** What a change of many bays made of each, taken back: alike those that were alike. */
export function useUnchangeSpaces() {
  const onSettled = useRefreshEstate();
  return useMutation({
    mutationFn: async ({ spaces, change }: { spaces: readonly Space[]; change: SpaceChange }) => {
      const { changes, outlines } = takenBack(spaces, change);
      for (const body of changes) await answer(api.PATCH('/api/v6/spaces/bulk', { body }));
      for (const body of outlines) await answer(api.PUT('/api/v6/spaces/bulk/outlines', { body }));
    },
    onSettled,
  });
}

/** One bay or many: the server takes them all or none. */
export function useDeleteSpaces() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (body: { ids: string[]; force?: boolean }) =>
      api.POST('/api/v6/spaces/bulk/delete', { body }),
    onSuccess,
  });
}

export function useRestoreSpaces() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (ids: string[]) =>
      answer(api.POST('/api/v6/spaces/bulk/restore', { body: { ids } })),
    onSuccess,
  });
}

export function useSetState() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: ({ id, ...body }: SpaceStateChange & { id: string }) =>
      answer(api.PUT('/api/v6/spaces/{id}/state', { params: { path: { id } }, body })),
    onSuccess,
  });
}

/** What a reservation may have changed: the reservations, and the states of bays. */
function useRefreshReservations() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  const refreshEstate = useRefreshEstate();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: [tenantId, 'reservations'] }),
      refreshEstate(),
    ]);
}

export function useReserve() {
  const onSuccess = useRefreshReservations();
  return useMutation({
    mutationFn: (body: ReservationWish) => answer(api.POST('/api/v6/reservations', { body })),
    onSuccess,
  });
}

export function useWait() {
  const onSuccess = useRefreshReservations();
  return useMutation({ mutationFn: joinWaitlist, onSuccess });
}

export function useCancelReservation() {
  const onSuccess = useRefreshReservations();
  return useMutation({
    mutationFn: ({ id }: { id: string }) =>
      answer(api.PUT('/api/v6/reservations/{id}/cancel', { params: { path: { id } }, body: {} })),
    onSuccess,
  });
}
