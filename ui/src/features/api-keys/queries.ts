import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { ApiKeyDraft } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export const apiKeysQuery = (tenantId: string, query: ListQuery) =>
  queryOptions({
    queryKey: [tenantId, 'api-keys', query],
    queryFn: () => answer(api.GET('/api/v6/api-keys', { params: { query } })),
    placeholderData: keepPreviousData,
  });

function useRefreshApiKeys() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return () => queryClient.invalidateQueries({ queryKey: [tenantId, 'api-keys'] });
}

export function useCreateApiKey() {
  const onSuccess = useRefreshApiKeys();
  return useMutation({
    mutationFn: (body: ApiKeyDraft) => answer(api.POST('/api/v6/api-keys', { body })),
    // The key itself must not linger in the cache of finished mutations.
    gcTime: 0,
    onSuccess,
  });
}

export function useRevokeApiKey() {
  const onSuccess = useRefreshApiKeys();
  return useMutation({
    mutationFn: (id: string) => api.DELETE('/api/v6/api-keys/{id}', { params: { path: { id } } }),
    onSuccess,
  });
}
