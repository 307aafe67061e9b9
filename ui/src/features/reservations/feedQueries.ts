import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { CalendarFeedDraft } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

/** Links by which calendars elsewhere read reservations, without their secrets. */
export const feedsQuery = (tenantId: string, query: ListQuery) =>
  queryOptions({
    queryKey: [tenantId, 'calendar-feeds', query],
    queryFn: () => answer(api.GET('/api/v6/calendar-feeds', { params: { query } })),
    placeholderData: keepPreviousData,
  });

function useRefresh() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return () => queryClient.invalidateQueries({ queryKey: [tenantId, 'calendar-feeds'] });
}

export function useCreateFeed() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (body: CalendarFeedDraft) => answer(api.POST('/api/v6/calendar-feeds', { body })),
    // The secret must not linger in the cache of finished mutations.
    gcTime: 0,
    onSuccess,
  });
}

export function useRevokeFeed() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (id: string) =>
      api.DELETE('/api/v6/calendar-feeds/{id}', { params: { path: { id } } }),
    onSuccess,
  });
}
