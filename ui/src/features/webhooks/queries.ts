import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { Webhook, WebhookChange, WebhookDraft } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export const deliveryFilters = ['status', 'event_type'] as const;
export type DeliveryFilter = (typeof deliveryFilters)[number];
export const deliveryStatuses = ['pending', 'delivered', 'failed', 'expired'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** Receivers answer when they do; what waits is looked at again. */
const WAITING_MS = 3_000;

export const webhooksQuery = (tenantId: string, query: ListQuery) =>
  queryOptions({
    queryKey: [tenantId, 'webhooks', 'list', query],
    queryFn: () => answer(api.GET('/api/v6/webhooks', { params: { query } })),
    placeholderData: keepPreviousData,
  });

export type TaggedWebhook = { webhook: Webhook; etag: string | null };

export const webhookQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'webhooks', 'one', id],
    queryFn: async (): Promise<TaggedWebhook> => {
      const call = await api.GET('/api/v6/webhooks/{id}', { params: { path: { id } } });
      return {
        webhook: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      };
    },
    enabled: id !== '',
  });

export const eventTypesQuery = () =>
  queryOptions({
    queryKey: ['event-types'],
    queryFn: () => answer(api.GET('/api/v6/webhooks/event-types')),
    // They change with the program.
    staleTime: Number.POSITIVE_INFINITY,
  });

type DeliveriesQuery = ListQuery & { status?: string; event_type?: string };

export const deliveriesQuery = (tenantId: string, id: string, query: DeliveriesQuery) =>
  queryOptions({
    queryKey: [tenantId, 'webhooks', 'deliveries', id, query],
    queryFn: () =>
      answer(
        api.GET('/api/v6/webhooks/{id}/deliveries', {
          params: {
            path: { id },
            query: { ...query, status: deliveryStatuses.find((known) => known === query.status) },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.deliveries.some(({ status }) => status === 'pending') ? WAITING_MS : false,
  });

export const deliveryQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'webhooks', 'delivery', id],
    queryFn: () =>
      answer(api.GET('/api/v6/webhooks/deliveries/{id}', { params: { path: { id } } })),
    enabled: id !== '',
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? WAITING_MS : false),
  });

function useRefreshWebhooks() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return () => queryClient.invalidateQueries({ queryKey: [tenantId, 'webhooks'] });
}

export function useCreateWebhook() {
  const onSuccess = useRefreshWebhooks();
  return useMutation({
    mutationFn: (body: WebhookDraft) => answer(api.POST('/api/v6/webhooks', { body })),
    // The secret itself must not linger in the cache of finished mutations.
    gcTime: 0,
    onSuccess,
  });
}

export function useUpdateWebhook(id: string) {
  const onSuccess = useRefreshWebhooks();
  return useMutation({
    mutationFn: ({ etag, ...body }: WebhookChange & { etag: string | null }) =>
      answer(
        api.PATCH('/api/v6/webhooks/{id}', {
          params: { path: { id } },
          body,
          headers: etag ? { 'if-match': etag } : {},
        }),
      ),
    onSuccess,
  });
}

export function useRotateWebhook(id: string) {
  const onSuccess = useRefreshWebhooks();
  return useMutation({
    mutationFn: (body: { overlap_hours: number }) =>
      answer(api.POST('/api/v6/webhooks/{id}/rotate', { params: { path: { id } }, body })),
    gcTime: 0,
    onSuccess,
  });
}

export function useSwitchWebhook() {
  const onSuccess = useRefreshWebhooks();
  return useMutation({
    mutationFn: ({ id, isOn }: { id: string; isOn: boolean }) => {
      const params = { params: { path: { id } } };
      return answer(
        isOn
          ? api.POST('/api/v6/webhooks/{id}/enable', params)
          : api.POST('/api/v6/webhooks/{id}/disable', params),
      );
    },
    onSuccess,
  });
}

export function useDeleteWebhook() {
  const onSuccess = useRefreshWebhooks();
  return useMutation({
    mutationFn: (id: string) => api.DELETE('/api/v6/webhooks/{id}', { params: { path: { id } } }),
    onSuccess,
  });
}

/** Sends a test and answers with what came of it; that takes as long as the receiver takes. */
export function useTestWebhook() {
  const onSuccess = useRefreshWebhooks();
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.POST('/api/v6/webhooks/{id}/test', { params: { path: { id } } })),
    onSuccess,
  });
}

export function useReplayDelivery() {
  const onSuccess = useRefreshWebhooks();
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.POST('/api/v6/webhooks/deliveries/{id}/replay', { params: { path: { id } } })),
    onSuccess,
  });
}

export function useReplayFailed(id: string) {
  const onSuccess = useRefreshWebhooks();
  return useMutation({
    mutationFn: (since: string) =>
      answer(
        api.POST('/api/v6/webhooks/{id}/replay', { params: { path: { id } }, body: { since } }),
      ),
    onSuccess,
  });
}
