import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { ListQuery } from '@/components/listState';

export const usageFilters = ['near_limit'] as const;
export type UsageQuery = ListQuery & Partial<Record<(typeof usageFilters)[number], string>>;

export const platformUsageQuery = (tenantId: string, query: UsageQuery) =>
  queryOptions({
    queryKey: [tenantId, 'tenants', 'usage', query],
    queryFn: () => {
      const { near_limit, ...rest } = query;
      return answer(
        api.GET('/api/v6/platform/usage', {
          params: { query: { ...rest, ...(near_limit === 'true' ? { near_limit: true } : {}) } },
        }),
      );
    },
    placeholderData: keepPreviousData,
  });
