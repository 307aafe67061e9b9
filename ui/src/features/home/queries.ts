import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/api/client';

/** Bays change while one looks. */
const REFRESH_MS = 15_000;

export const dashboardQuery = (tenantId: string, isAllowed: boolean) =>
  queryOptions({
    enabled: isAllowed,
    queryKey: [tenantId, 'dashboard'],
    queryFn: () => answer(api.GET('/api/v6/dashboard/data')),
    refetchInterval: REFRESH_MS,
  });

/** Only whether there are any; the keys begin as the lists' own, so that they go stale together. */
export const apiKeyCountQuery = (tenantId: string, isAllowed: boolean) =>
  queryOptions({
    queryKey: [tenantId, 'api-keys', 'count'],
    queryFn: async () =>
      (await answer(api.GET('/api/v6/api-keys', { params: { query: { page_size: 1 } } }))).total,
    enabled: isAllowed,
  });

export const webhookSecretCountQuery = (tenantId: string, isAllowed: boolean) =>
  queryOptions({
    queryKey: [tenantId, 'webhook-secrets', 'count'],
    queryFn: async () =>
      (await answer(api.GET('/api/v6/webhook-secrets', { params: { query: { page_size: 1 } } })))
        .total,
    enabled: isAllowed,
  });

export const tenantStatsQuery = (tenantId: string, isAllowed: boolean) =>
  queryOptions({
    queryKey: [tenantId, 'tenants', 'stats'],
    queryFn: () => answer(api.GET('/api/v6/tenants/stats')),
    enabled: isAllowed,
  });
