import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { ChirpStackKind, ChirpStackState, ChirpStackWay, ChirpStackWishes } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export const differenceFilters = ['state', 'kind', 'is_ignored', 'has_error'] as const;
export type DifferenceFilter = (typeof differenceFilters)[number];

/** What is compared and mended goes on by itself; it is looked at while it does. */
const REFRESH_MS = 5_000;

/** As many as a list to choose from offers; beyond it one searches. */
const CHOICES_MAX = 50;

/** The most tenants of ChirpStack that the server asks for. */
export const REMOTE_TENANTS_MAX = 200;

const key = (tenantId: string) => [tenantId, 'chirpstack'] as const;

export const chirpStackQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [...key(tenantId), 'overview'],
    queryFn: async () => {
      const call = await api.GET('/api/v6/chirpstack');
      return {
        body: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      };
    },
    refetchInterval: REFRESH_MS,
  });

export const differencesQuery = (
  tenantId: string,
  query: ListQuery & Partial<Record<DifferenceFilter, string>>,
) =>
  queryOptions({
    queryKey: [...key(tenantId), 'differences', query],
    queryFn: () =>
      answer(
        api.GET('/api/v6/chirpstack/differences', {
          params: {
            query: {
              ...query,
              state: query.state as ChirpStackState | undefined,
              kind: query.kind as ChirpStackKind | undefined,
              is_ignored: query.is_ignored === 'true' ? true : undefined,
              has_error: query.has_error === 'true' ? true : undefined,
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const runsQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [...key(tenantId), 'runs'],
    queryFn: () => answer(api.GET('/api/v6/chirpstack/runs', { params: { query: { limit: 10 } } })),
    refetchInterval: REFRESH_MS,
  });

export const linksQuery = (tenantId: string, isOn: boolean) =>
  queryOptions({
    queryKey: [...key(tenantId), 'links'],
    queryFn: () => answer(api.GET('/api/v6/chirpstack/links')),
    enabled: isOn,
  });

export const remoteTenantsQuery = (tenantId: string, isOn: boolean) =>
  queryOptions({
    queryKey: [...key(tenantId), 'remote-tenants'],
    queryFn: () => answer(api.GET('/api/v6/chirpstack/tenants')),
    enabled: isOn,
    retry: false,
  });

/** The applications of one of them: asked when it is chosen, because each is a question of its own. */
export const applicationsQuery = (tenantId: string, remoteTenantId: string | undefined) =>
  queryOptions({
    queryKey: [...key(tenantId), 'remote-tenants', remoteTenantId ?? ''],
    queryFn: async () => {
      const query = { tenant_id: remoteTenantId ?? '' };
      const { tenants } = await answer(
        api.GET('/api/v6/chirpstack/tenants', { params: { query } }),
      );
      return tenants[0]?.applications ?? [];
    },
    enabled: remoteTenantId !== undefined,
    retry: false,
  });

/** Customers to choose from, found by typing: the server searches, however many there are. */
export const customersQuery = (tenantId: string, q: string) =>
  queryOptions({
    queryKey: [...key(tenantId), 'customers', q],
    queryFn: () =>
      answer(
        api.GET('/api/v6/tenants', {
          params: { query: { page_size: CHOICES_MAX, ...(q ? { q } : {}) } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

function useRefresh() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return () => queryClient.invalidateQueries({ queryKey: key(tenantId) });
}

export function useSettle() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: ({ etag, body }: { etag: string | null; body: ChirpStackWishes }) =>
      answer(api.PATCH('/api/v6/chirpstack', { body, headers: etag ? { 'if-match': etag } : {} })),
    onSuccess,
  });
}

export function useDecide() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (body: { ids: string[]; way: ChirpStackWay }) =>
      answer(api.POST('/api/v6/chirpstack/differences/decide', { body })),
    onSuccess,
  });
}

export function useRun() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (isDry: boolean) =>
      answer(api.POST('/api/v6/chirpstack/runs', { body: { is_dry: isDry } })),
    onSuccess,
  });
}

export function useLink() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (body: { tenant_id: string; remote_tenant_id: string; application_id: string }) =>
      answer(api.POST('/api/v6/chirpstack/links', { body })),
    onSuccess,
  });
}

export function useUnlink() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.DELETE('/api/v6/chirpstack/links/{id}', { params: { path: { id } } })),
    onSuccess,
  });
}
