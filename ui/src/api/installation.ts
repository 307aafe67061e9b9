/** What this installation is and offers, asked by strangers and by pages that print or draw. */
import { queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import { NO_TENANT } from './queryClient';

export const apiIndexQuery = queryOptions({
  queryKey: [NO_TENANT, 'api-index'],
  queryFn: () => answer(api.GET('/api')),
  staleTime: 5 * 60_000,
});
