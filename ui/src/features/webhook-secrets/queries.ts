import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export const webhookSecretsQuery = (tenantId: string, query: ListQuery) =>
  queryOptions({
    queryKey: [tenantId, 'webhook-secrets', query],
    queryFn: () => answer(api.GET('/api/v6/webhook-secrets', { params: { query } })),
    placeholderData: keepPreviousData,
  });

function useRefreshSecrets() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return () => queryClient.invalidateQueries({ queryKey: [tenantId, 'webhook-secrets'] });
}

export function useCreateSecret() {
  const onSuccess = useRefreshSecrets();
  return useMutation({
    mutationFn: (body: { name?: string }) => answer(api.POST('/api/v6/webhook-secrets', { body })),
    // The secret itself must not linger in the cache of finished mutations.
    gcTime: 0,
    onSuccess,
  });
}

export function useRotateSecret() {
  const onSuccess = useRefreshSecrets();
  return useMutation({
    mutationFn: (body: { overlap_hours: number }) =>
      answer(api.POST('/api/v6/webhook-secrets/rotate', { body })),
    gcTime: 0,
    onSuccess,
  });
}

export function useRevokeSecret() {
  const onSuccess = useRefreshSecrets();
  return useMutation({
    mutationFn: (id: string) =>
      api.DELETE('/api/v6/webhook-secrets/{id}', { params: { path: { id } } }),
    onSuccess,
  });
}
