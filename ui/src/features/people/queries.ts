import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { useTenantId } from '@/app/session/useSession';

/** How much is held of a person. It is asked for in a body, because addresses stand in logs. */
export function useLook() {
  return useMutation({
    mutationFn: (person: string) =>
      answer(api.POST('/api/v6/people/erase', { body: { person, dry_run: true } })),
    gcTime: 0,
  });
}

export function useErase() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return useMutation({
    mutationFn: ({ person, cancelAhead }: { person: string; cancelAhead: boolean }) =>
      answer(
        api.POST('/api/v6/people/erase', {
          body: { person, dry_run: false, cancel_ahead: cancelAhead },
        }),
      ),
    // Names stand in lists that were read before.
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [tenantId] }),
    gcTime: 0,
  });
}

export function useExportPerson() {
  return useMutation({
    mutationFn: (person: string) => answer(api.POST('/api/v6/people/export', { body: { person } })),
    gcTime: 0,
  });
}
