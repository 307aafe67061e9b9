import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/api/client';

export const uplinkQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'uplinks', 'one', id],
    queryFn: () => answer(api.GET('/api/v6/uplinks/{id}', { params: { path: { id } } })),
    enabled: id !== '',
  });
