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

/** One after the other: each is set aside for itself, and one that fails leaves the others so. */
export function useDismiss() {
  const onSettled = useRefreshEstate();
  return useMutation({
    mutationFn: async (ids: string[]) => {
      for (const id of ids) {
        await answer(api.POST('/api/v6/orphans/{id}/dismiss', { params: { path: { id } } }));
      }
    },
    onSettled,
  });
}

export function useRestore() {
  const onSettled = useRefreshEstate();
  return useMutation({
    mutationFn: async (ids: string[]) => {
      for (const id of ids) {
        await answer(api.POST('/api/v6/orphans/{id}/restore', { params: { path: { id } } }));
      }
    },
    onSettled,
  });
}
