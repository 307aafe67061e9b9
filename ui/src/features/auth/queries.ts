import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { NO_TENANT } from '@/api/queryClient';

/** What this installation offers a visitor: may one register? */
export const apiIndexQuery = queryOptions({
  queryKey: [NO_TENANT, 'api-index'],
  queryFn: () => answer(api.GET('/api')),
  staleTime: 5 * 60_000,
});

export const invitationPreviewQuery = (token: string) =>
  queryOptions({
    queryKey: [NO_TENANT, 'invitation-preview', token],
    queryFn: () => answer(api.POST('/api/auth/invitations/preview', { body: { token } })),
    enabled: token !== '',
    staleTime: 60_000,
  });
