/** Questions about the commands to displays, and what can be done about one. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { DownlinkKind, DownlinkRetries, DownlinkStatus } from '@/api/types';
import type { ListQuery } from '@/components/listState';

/** A command goes its way within seconds. */
const REFRESH_MS = 5_000;

export const downlinkFilters = ['status', 'kind', 'site_id', 'device_id', 'space_id'] as const;
export type DownlinkFilter = (typeof downlinkFilters)[number];

export const downlinksQuery = (
  tenantId: string,
  query: ListQuery & Partial<Record<DownlinkFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'downlinks', query],
    queryFn: () =>
      answer(
        api.GET('/api/v6/downlinks', {
          params: {
            query: {
              ...query,
              status: query.status as DownlinkStatus | undefined,
              kind: query.kind as DownlinkKind | undefined,
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const downlinkQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'downlinks', 'one', id],
    queryFn: () => answer(api.GET('/api/v6/downlinks/{id}', { params: { path: { id } } })),
    enabled: id !== '',
    refetchInterval: REFRESH_MS,
  });

export const airtimeQuery = (tenantId: string, add: number) =>
  queryOptions({
    queryKey: [tenantId, 'downlinks', 'airtime', add],
    queryFn: () => answer(api.GET('/api/v6/downlinks/airtime', { params: { query: { add } } })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const queueHealthQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, 'downlinks', 'health'],
    queryFn: () => answer(api.GET('/api/v6/downlinks/queue/health')),
    refetchInterval: REFRESH_MS,
  });

export const retryDownlink = (id: string) =>
  answer(api.POST('/api/v6/downlinks/{id}/retry', { params: { path: { id } } }));

export const retryDownlinks = (body: DownlinkRetries) =>
  answer(api.POST('/api/v6/downlinks/retry', { body }));

export const cancelDownlink = (id: string) =>
  answer(api.POST('/api/v6/downlinks/{id}/cancel', { params: { path: { id } } }));
