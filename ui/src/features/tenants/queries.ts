import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { Tenant, TenantChange, TenantDraft } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export const tenantFilters = ['status', 'tier'] as const;
type TenantFilter = (typeof tenantFilters)[number];

export const tenantsQuery = (
  tenantId: string,
  query: ListQuery & Partial<Record<TenantFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'tenants', 'list', query],
    queryFn: () =>
      answer(
        api.GET('/api/v6/tenants', {
          params: {
            query: {
              ...query,
              // Whatever the URL says; the server refuses what it does not know.
              status: query.status as Tenant['status'] | undefined,
              tier: query.tier as Tenant['tier'] | undefined,
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const tiersQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, 'tenants', 'tiers'],
    queryFn: () => answer(api.GET('/api/v6/tenants/tiers')),
    staleTime: 10 * 60_000,
  });

/** With its ETag, so that two administrators do not overwrite each other. */
export const tenantQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'tenants', 'one', id],
    queryFn: async () => {
      const call = await api.GET('/api/v6/tenants/{id}', { params: { path: { id } } });
      return {
        tenant: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      };
    },
  });

function useRefreshTenants() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return () => queryClient.invalidateQueries({ queryKey: [tenantId, 'tenants'] });
}

export function useCreateTenant() {
  const onSuccess = useRefreshTenants();
  return useMutation({
    mutationFn: (body: TenantDraft) => answer(api.POST('/api/v6/tenants', { body })),
    onSuccess,
  });
}

export function useUpdateTenant(id: string) {
  const onSuccess = useRefreshTenants();
  return useMutation({
    mutationFn: ({ etag, ...body }: TenantChange & { etag: string | null }) =>
      answer(
        api.PATCH('/api/v6/tenants/{id}', {
          params: { path: { id } },
          body,
          headers: etag ? { 'if-match': etag } : {},
        }),
      ),
    onSuccess,
  });
}

export function useSuspendTenant() {
  const onSuccess = useRefreshTenants();
  return useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) =>
      answer(
        api.POST('/api/v6/tenants/{id}/suspend', { params: { path: { id } }, body: { reason } }),
      ),
    onSuccess,
  });
}

export function useActivateTenant() {
  const onSuccess = useRefreshTenants();
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.POST('/api/v6/tenants/{id}/activate', { params: { path: { id } }, body: {} })),
    onSuccess,
  });
}

export function useExportTenant() {
  const onSuccess = useRefreshTenants();
  return useMutation({
    mutationFn: async (tenant: Tenant) => ({
      name: `${tenant.slug}-${new Date().toISOString().slice(0, 10)}.json`,
      content: await answer(
        api.GET('/api/v6/tenants/{id}/export', {
          params: { path: { id: tenant.id } },
          parseAs: 'blob',
        }),
      ),
    }),
    gcTime: 0,
    onSuccess,
  });
}

export function useDeleteTenant() {
  const onSuccess = useRefreshTenants();
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.DELETE('/api/v6/tenants/{id}', { params: { path: { id } } })),
    onSuccess,
  });
}
