import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { ApiKey, ApiKeyChange, ApiKeyDraft } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export const apiKeysQuery = (tenantId: string, query: ListQuery) =>
  queryOptions({
    queryKey: [tenantId, 'api-keys', query],
    queryFn: () => answer(api.GET('/api/v6/api-keys', { params: { query } })),
    placeholderData: keepPreviousData,
  });

export type TaggedApiKey = { apiKey: ApiKey; etag: string | null };

/**
 * One key to be changed, with its ETag, so that two people do not overwrite each other. Asked for
 * anew each time, and never under the hands of whoever is changing it: hence not one of `api-keys`.
 */
export const apiKeyQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'api-key', id],
    queryFn: async (): Promise<TaggedApiKey> => {
      const call = await api.GET('/api/v6/api-keys/{id}', { params: { path: { id } } });
      return {
        apiKey: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      };
    },
    enabled: id !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
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

export function useUpdateApiKey(id: string) {
  const onSuccess = useRefreshApiKeys();
  return useMutation({
    mutationFn: ({ etag, ...body }: ApiKeyChange & { etag: string | null }) =>
      answer(
        api.PATCH('/api/v6/api-keys/{id}', {
          params: { path: { id } },
          body,
          headers: etag ? { 'if-match': etag } : {},
        }),
      ),
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
