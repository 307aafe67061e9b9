import { keepPreviousData, queryOptions, useMutation } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { OrphanClaim } from '@/api/types';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import type { ListQuery } from '@/components/listState';

export const orphanFilters = ['dismissed', 'since'] as const;
export type OrphanFilter = (typeof orphanFilters)[number];

/** Whoever stands in a car park and switches sensors on watches them come in. */
const REFRESH_MS = 10_000;

export const orphansQuery = (
  tenantId: string,
  { dismissed, since, ...rest }: ListQuery & Partial<Record<OrphanFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'orphans', { ...rest, dismissed, since }],
    queryFn: () =>
      answer(
        api.GET('/api/v6/orphans', {
          params: { query: { ...rest, since, dismissed: dismissed === 'true' ? true : undefined } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export function useClaim() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: ({ id, ...body }: OrphanClaim & { id: string }) =>
      answer(api.POST('/api/v6/orphans/{id}/claim', { params: { path: { id } }, body })),
    onSuccess,
  });
}

export function useDismiss() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (ids: string[]) =>
      answer(api.POST('/api/v6/orphans/bulk/dismiss', { body: { ids } })),
    onSuccess,
  });
}

export function useRestore() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (ids: string[]) =>
      answer(api.POST('/api/v6/orphans/bulk/restore', { body: { ids } })),
    onSuccess,
  });
}
