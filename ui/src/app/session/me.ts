import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { Me } from '@/api/types';
import { useTenantId } from './useSession';

export const meQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, 'me'],
    queryFn: () => answer(api.GET('/api/v6/me')),
    staleTime: 60_000,
  });

const limitsQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, 'me', 'limits'],
    queryFn: () => answer(api.GET('/api/v6/me/limits')),
  });

/** Who acts, for which tenant, with which permissions. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery(useTenantId())).data;
}

export function useLimits() {
  return useQuery(limitsQuery(useTenantId()));
}
