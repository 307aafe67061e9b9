import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { Language, ThemePreference } from '@/api/types';
import { meQuery } from '@/app/session/me';
import { useTenantId } from '@/app/session/useSession';

export function useUpdateProfile() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return useMutation({
    mutationFn: (body: { name?: string; language?: Language; theme?: ThemePreference }) =>
      answer(api.PATCH('/api/v6/me', { body })),
    onSuccess: (me) => queryClient.setQueryData(meQuery(tenantId).queryKey, me),
  });
}

export function useChangePassword() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) =>
      api.POST('/api/auth/change-password', { body }),
    // The other sessions have ended with it.
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [tenantId, 'sessions'] }),
  });
}

export function useResendVerification() {
  return useMutation({
    mutationFn: () => api.POST('/api/auth/resend-verification'),
  });
}
