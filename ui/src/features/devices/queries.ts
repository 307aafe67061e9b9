import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
} from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { type Assigning, assignDevice, type Unassigning, unassignDevice } from '@/api/devices';
import type {
  AttentionKind,
  ChirpStackReadiness,
  Device,
  DeviceChange,
  DeviceDraft,
  DeviceLabel,
  DeviceRole,
  Lifecycle,
} from '@/api/types';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import type { ListQuery } from '@/components/listState';

/** As the API names them, so that a link made by hand or by a program works. */
export const deviceFilters = [
  'status',
  'assigned_only',
  'unassigned_only',
  'device_type',
  'site_id',
  'model',
  'lifecycle',
  'attention',
  'archived',
] as const;
export type DeviceFilter = (typeof deviceFilters)[number];
export type DeviceQuery = ListQuery & Partial<Record<DeviceFilter, string>>;

/** A device speaks; who looks at the list sees it without asking. */
const REFRESH_MS = 20_000;
const HISTORY_PAGE = 20;
/** The most the server lists, archives and restores at once. */
export const BULK_MAX = 500;

const isTrue = (value: string | undefined) => (value === 'true' ? true : undefined);

/** Whatever the URL says; the server refuses what it does not know. */
function wireQuery(query: Partial<DeviceQuery>) {
  const {
    status,
    assigned_only,
    unassigned_only,
    device_type,
    lifecycle,
    attention,
    archived,
    ...rest
  } = query;
  return {
    ...rest,
    status: status as 'assigned' | 'unassigned' | undefined,
    assigned_only: isTrue(assigned_only),
    unassigned_only: isTrue(unassigned_only),
    device_type: device_type as DeviceRole | undefined,
    lifecycle: lifecycle as Lifecycle | undefined,
    attention: attention as AttentionKind | undefined,
    archived: isTrue(archived),
  };
}

export const devicesQuery = (tenantId: string, query: DeviceQuery) =>
  queryOptions({
    queryKey: [tenantId, 'devices', query],
    queryFn: () =>
      answer(
        api.GET('/api/v6/devices', {
          params: { query: { ...wireQuery(query), include_stats: true } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const historyQuery = (tenantId: string, id: string) =>
  infiniteQueryOptions({
    queryKey: [tenantId, 'devices', 'history', id],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET('/api/v6/devices/{id}/history', {
          params: { path: { id }, query: { page: pageParam, page_size: HISTORY_PAGE } },
        }),
      ),
    initialPageParam: 1,
    getNextPageParam: ({ page, page_size, total }) =>
      page * page_size < total ? page + 1 : undefined,
  });

/** How far back one looks, in days. */
const DAYS = { day: 1, week: 7, month: 30 };
export type Span = keyof typeof DAYS;
export const spans = Object.keys(DAYS) as Span[];

export const healthQuery = (tenantId: string, id: string, span: Span) =>
  queryOptions({
    queryKey: [tenantId, 'devices', 'health', id, span],
    queryFn: () => {
      const from = new Date(Date.now() - DAYS[span] * 86_400_000).toISOString();
      return answer(
        api.GET('/api/v6/devices/{id}/health', { params: { path: { id }, query: { from } } }),
      );
    },
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

export const poolQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, 'devices', 'pool'],
    queryFn: () => answer(api.GET('/api/v6/devices/pool/stats')),
    refetchInterval: REFRESH_MS,
  });

export const tenantChoicesQuery = (tenantId: string, q: string) =>
  queryOptions({
    queryKey: [tenantId, 'tenants', 'choices', q],
    queryFn: () =>
      answer(
        api.GET('/api/v6/tenants', {
          params: { query: { page_size: 25, sort: 'name', ...(q ? { q } : {}) } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** The devices of the first pages of a list, as many as can be dealt with at once. */
export async function firstDevices(query: DeviceQuery): Promise<Device[]> {
  const { page: _page, page_size: _size, ...rest } = query;
  const { devices } = await answer(
    api.GET('/api/v6/devices', {
      params: { query: { ...wireQuery(rest), page_size: BULK_MAX } },
    }),
  );
  return devices;
}

export function useExportDevices() {
  return useMutation({
    mutationFn: ({ page: _page, page_size: _size, ...query }: DeviceQuery) =>
      answer(
        api.GET('/api/v6/devices/export', {
          params: { query: wireQuery(query) },
          parseAs: 'blob',
        }),
      ),
    gcTime: 0,
  });
}

export function useCreateDevice() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (body: DeviceDraft) => answer(api.POST('/api/v6/devices', { body })),
    onSuccess,
  });
}

/** What a code says, and whether a device could be made of it; or the device, once one confirms. */
export function useOnboard() {
  const refresh = useRefreshEstate();
  return useMutation({
    mutationFn: (body: DeviceLabel) => answer(api.POST('/api/v6/devices/onboard', { body })),
    onSuccess: ({ dry_run }) => (dry_run ? undefined : refresh()),
  });
}

export function useChangeDevice() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: ({ id, etag, body }: { id: string; etag: string | null; body: DeviceChange }) =>
      answer(
        api.PATCH('/api/v6/devices/{id}', {
          params: { path: { id } },
          body,
          headers: etag ? { 'if-match': etag } : {},
        }),
      ),
    onSuccess,
  });
}

export function useAssign() {
  const onSuccess = useRefreshEstate();
  return useMutation({ mutationFn: (wanted: Assigning) => assignDevice(wanted), onSuccess });
}

export function useUnassign() {
  const onSuccess = useRefreshEstate();
  return useMutation({ mutationFn: (wanted: Unassigning) => unassignDevice(wanted), onSuccess });
}

export function useMoveOn() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string; to: Lifecycle; reason?: string | null }) =>
      answer(api.POST('/api/v6/devices/{id}/lifecycle', { params: { path: { id } }, body })),
    onSuccess,
  });
}

/** One device or many: the server takes them all or none. */
export function useArchiveDevices() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (body: { ids: string[]; force: boolean; reason?: string | null }) =>
      api.POST('/api/v6/devices/bulk/archive', { body }),
    onSuccess,
  });
}

/** Brings devices back, and puts those to work again that served a bay. */
export function useRestoreDevices() {
  const onSettled = useRefreshEstate();
  return useMutation({
    mutationFn: async (devices: Device[]) => {
      const ids = devices.map(({ id }) => id);
      await api.POST('/api/v6/devices/bulk/restore', { body: { ids } });
      for (const { id, space_id, role } of devices) {
        if (space_id) await assignDevice({ id, space_id, role });
      }
    },
    onSettled,
  });
}

export function useTransfer() {
  const refresh = useRefreshEstate();
  return useMutation({
    mutationFn: ({
      id,
      ...body
    }: {
      id: string;
      tenant_id: string;
      dry_run: boolean;
      reason?: string | null;
    }) => answer(api.POST('/api/v6/devices/{id}/transfer', { params: { path: { id } }, body })),
    onSuccess: ({ dry_run }) => (dry_run ? undefined : refresh()),
  });
}

/** A device that is switched on joins within a minute or two; who waits for it looks often. */
const FIRST_WORDS_MS = 3_000;

/** The newest message of a device, until there is one. */
export const firstWordsQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'uplinks', 'first', id],
    queryFn: () =>
      answer(api.GET('/api/v6/uplinks', { params: { query: { device_id: id, limit: 1 } } })),
    refetchInterval: ({ state }) => (state.data?.uplinks.length ? false : FIRST_WORDS_MS),
  });

/** What ChirpStack says of a device; asked again while it is awaited there. */
export const reachQuery = (tenantId: string, id: string, isAwaited: boolean) =>
  queryOptions({
    queryKey: [tenantId, 'chirpstack', 'device', id],
    queryFn: () => answer(api.GET('/api/v6/chirpstack/devices/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (isAwaited && !isReached(state.data) ? FIRST_WORDS_MS : false),
    retry: false,
  });

/** Whether there is nothing left to wait for: it joined, and if it always listens it was sent a command. */
function isReached(readiness?: ChirpStackReadiness) {
  if (!readiness?.has_joined) return false;
  return !readiness.supports_class_c || typeof readiness.first_txack_ms === 'number';
}

export function useGiveToChirpStack() {
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.POST('/api/v6/chirpstack/devices/{id}', { params: { path: { id } } })),
  });
}
