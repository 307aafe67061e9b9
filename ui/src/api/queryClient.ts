import { QueryClient } from '@tanstack/react-query';
import { asProblem } from './problem';

/** First part of the few keys that belong to no tenant (server version, sign-in options). */
export const NO_TENANT = 'no-tenant';

const RETRIES_MAX = 2;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 20_000,
        gcTime: 5 * 60_000,
        retry: (failures, error) => failures < RETRIES_MAX && asProblem(error).isTransient,
        retryDelay: (failures, error) =>
          Math.min((asProblem(error).retryAfterSeconds ?? 2 ** failures) * 1000, 15_000),
      },
      mutations: { retry: false },
    },
  });
}

/** Nothing of one tenant may be seen while another is selected, not even for a frame. */
export function forgetOtherTenants(queryClient: QueryClient, tenantId: string | null): void {
  queryClient.removeQueries({
    predicate: ({ queryKey }) => queryKey[0] !== NO_TENANT && queryKey[0] !== tenantId,
  });
}
