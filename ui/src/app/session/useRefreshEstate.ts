import { useQueryClient } from '@tanstack/react-query';
import { ESTATE_KEYS } from '@/api/estate';
import { useTenantId } from './useSession';

/** Asks anew for all that a change of the estate may have made old. */
export function useRefreshEstate() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return () =>
    Promise.all(
      ESTATE_KEYS.map((name) => queryClient.invalidateQueries({ queryKey: [tenantId, name] })),
    );
}
