import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { NO_TENANT } from '@/api/queryClient';

export const invitationPreviewQuery = (token: string) =>
  queryOptions({
    queryKey: [NO_TENANT, 'invitation-preview', token],
    queryFn: () => answer(api.POST('/api/auth/invitations/preview', { body: { token } })),
    enabled: token !== '',
    staleTime: 60_000,
  });
