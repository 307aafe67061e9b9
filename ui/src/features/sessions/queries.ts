import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export const sessionsQuery = (tenantId: string, query: ListQuery) =>
  queryOptions({
    queryKey: [tenantId, 'sessions', query],
    queryFn: () => answer(api.GET('/api/auth/sessions', { params: { query } })),
    placeholderData: keepPreviousData,
  });

export function useEndSession() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return useMutation({
    mutationFn: (id: string) => api.DELETE('/api/auth/sessions/{id}', { params: { path: { id } } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [tenantId, 'sessions'] }),
  });
}
