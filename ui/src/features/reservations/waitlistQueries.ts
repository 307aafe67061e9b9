/** What the waiting list asks of the server. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { pollEvery } from '@/api/live';
import type { WaitlistStatus } from '@/api/types';
import { joinWaitlist, leaveWaitlist } from '@/api/waitlist';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';
import type { ReservationFilter } from './queries';

const REFRESH_MS = 15_000;

type Asked = ListQuery & Partial<Record<ReservationFilter, string>>;

/** Who waits or is offered a bay, unless others are asked for. */
export const waitlistQuery = (tenantId: string, { status, q: _, ...asked }: Asked) => {
  const which = status ? { status: status as WaitlistStatus } : { is_open: true };
  const query = { ...asked, ...which };
  return queryOptions({
    queryKey: [tenantId, 'reservations', 'waitlist', query],
    queryFn: () => answer(api.GET('/api/v6/reservations/waitlist', { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: pollEvery(REFRESH_MS),
  });
};

function useRefresh() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  const refreshEstate = useRefreshEstate();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: [tenantId, 'reservations'] }),
      refreshEstate(),
    ]);
}

export function useJoinWaitlist() {
  const onSuccess = useRefresh();
  return useMutation({ mutationFn: joinWaitlist, onSuccess });
}

export type Answer = 'claim' | 'decline';

export function useAnswerOffer() {
  // Refused, it tells that the time was over.
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: ({ id, step }: { id: string; step: Answer }) =>
      answer(api.POST(`/api/v6/reservations/waitlist/{id}/${step}`, { params: { path: { id } } })),
    onSettled,
  });
}

export function useLeaveWaitlist() {
  const onSettled = useRefresh();
  return useMutation({ mutationFn: leaveWaitlist, onSettled });
}
