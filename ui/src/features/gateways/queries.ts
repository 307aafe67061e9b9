import { keepPreviousData, queryOptions, useMutation } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { GatewayChange, GatewayDraft, GatewayStatus } from '@/api/types';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import type { ListQuery } from '@/components/listState';

export const gatewayFilters = ['status', 'site_id'] as const;
export type GatewayFilter = (typeof gatewayFilters)[number];

/** Gateways speak twice a minute; one that is gone must not look well for long. */
const REFRESH_MS = 15_000;

export const gatewaysQuery = (
  tenantId: string,
  query: ListQuery & Partial<Record<GatewayFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'gateways', query],
    queryFn: () =>
      answer(
        api.GET('/api/v6/gateways', {
          params: { query: { ...query, status: query.status as GatewayStatus | undefined } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export async function readGateway(id: string) {
  const call = await api.GET('/api/v6/gateways/{id}', { params: { path: { id } } });
  return {
    gateway: await answer(Promise.resolve(call)),
    etag: call.response.headers.get('etag'),
  };
}

export const gatewayQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'gateways', 'one', id],
    queryFn: () => readGateway(id),
    enabled: id !== '',
    refetchInterval: REFRESH_MS,
  });

export function useCreateGateway() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (body: GatewayDraft) => answer(api.POST('/api/v6/gateways', { body })),
    onSuccess,
  });
}

export function useChangeGateway() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: ({ id, etag, body }: { id: string; etag: string | null; body: GatewayChange }) =>
      answer(
        api.PATCH('/api/v6/gateways/{id}', {
          params: { path: { id } },
          body,
          headers: etag ? { 'if-match': etag } : {},
        }),
      ),
    onSuccess,
  });
}

export function useDeleteGateway() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (id: string) => api.DELETE('/api/v6/gateways/{id}', { params: { path: { id } } }),
    onSuccess,
  });
}
