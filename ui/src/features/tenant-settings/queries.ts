import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { Language, Tenant } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';

export const currentTenantQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, 'current-tenant'],
    queryFn: async () => {
      const call = await api.GET('/api/v6/tenants/current');
      return {
        tenant: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      };
    },
  });

export function useUpdateCurrentTenant() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return useMutation({
    mutationFn: ({
      etag,
      ...body
    }: {
      name?: string;
      settings?: { locale?: Language };
      etag: string | null;
    }) =>
      answer(
        api.PATCH('/api/v6/tenants/current', { body, headers: etag ? { 'if-match': etag } : {} }),
      ),
    // The name stands in the switcher and in `me`.
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [tenantId] }),
  });
}

export function useExportCurrentTenant() {
  return useMutation({
    mutationFn: async ({ slug }: Tenant) => ({
      name: `${slug}-${new Date().toISOString().slice(0, 10)}.json`,
      content: await answer(api.GET('/api/v6/tenants/current/export', { parseAs: 'blob' })),
    }),
    gcTime: 0,
  });
}
