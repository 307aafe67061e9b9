/** Questions about lamps at bays, and a way to try one out. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { DisplayTestDraft } from '@/api/types';

/** As many lamps as one site has at most on a page. */
const LAMPS_MAX = 500;
/** A lamp says that it follows within seconds; who looks at it sees it without asking. */
const REFRESH_MS = 5_000;

/** The display of a bay, if it has one. */
export const displayOfBayQuery = (tenantId: string, spaceId: string) =>
  queryOptions({
    queryKey: [tenantId, 'displays', 'bay', spaceId],
    queryFn: () =>
      answer(
        api.GET('/api/v6/displays', { params: { query: { space_id: spaceId, page_size: 1 } } }),
      ),
    enabled: spaceId !== '',
    refetchInterval: REFRESH_MS,
  });

/** The displays of a site, or the first of all. */
export const displaysQuery = (tenantId: string, siteId: string | null) =>
  queryOptions({
    queryKey: [tenantId, 'displays', 'site', siteId],
    queryFn: () =>
      answer(
        api.GET('/api/v6/displays', {
          params: { query: { page_size: LAMPS_MAX, ...(siteId ? { site_id: siteId } : {}) } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: 3 * REFRESH_MS,
  });

export const testDisplay = ({ id, ...body }: DisplayTestDraft & { id: string }) =>
  answer(api.POST('/api/v6/displays/{id}/test', { params: { path: { id } }, body }));
