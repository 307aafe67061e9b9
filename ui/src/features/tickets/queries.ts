import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { NO_TENANT } from '@/api/queryClient';

/** What becomes due is seen without asking. */
const REFRESH_MS = 20_000;

/** The secret of the link goes where no log and no address holds it. */
const shown = (token: string) => ({ params: { header: { 'X-Ticket': token } } });

export const ticketQuery = (token: string) =>
  queryOptions({
    queryKey: [NO_TENANT, 'ticket', token],
    queryFn: () => answer(api.GET('/api/v6/ticket', shown(token))),
    enabled: token !== '',
    refetchInterval: REFRESH_MS,
    // Where there is no network this fails and is said, instead of waiting for one in silence.
    networkMode: 'always',
  });

export type GuestStep = 'claim' | 'check-in' | 'check-out' | 'cancel';

export function useGuestStep(token: string) {
  const queryClient = useQueryClient();
  const { queryKey } = ticketQuery(token);
  return useMutation({
    mutationFn: (step: GuestStep) => answer(api.PUT(`/api/v6/ticket/${step}`, shown(token))),
    networkMode: 'always',
    onSuccess: (ticket) => queryClient.setQueryData(queryKey, ticket),
    // What was refused may have changed since it was shown.
    onError: () => queryClient.invalidateQueries({ queryKey }),
  });
}
