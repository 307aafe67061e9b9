import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '@/api/client';
import { NO_TENANT } from '@/api/queryClient';

const POLL_MS = 4 * 60_000;

const versionQuery = queryOptions({
  queryKey: [NO_TENANT, 'version'],
  queryFn: () => answer(api.GET('/version')),
  staleTime: 60_000,
  refetchInterval: POLL_MS,
  refetchOnWindowFocus: 'always',
});

export function useServerVersion(): string | undefined {
  return useQuery(versionQuery).data?.version;
}

/** Whether the server is another one than when this page was loaded. */
export function useIsServerNewer(): boolean {
  const { data } = useQuery(versionQuery);
  const [loadedWith, setLoadedWith] = useState<string | null>(null);
  const current = data ? `${data.version} ${data.commit ?? ''}` : null;
  // The UI is embedded in the server, so the first answer names the version this page came with.
  if (current !== null && loadedWith === null) setLoadedWith(current);
  return loadedWith !== null && current !== null && current !== loadedWith;
}
