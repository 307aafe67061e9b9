/** Questions about lamps at bays, and a way to try one out. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { BAYS_MAX } from '@/api/estate';
import type { Display, DisplayTestDraft } from '@/api/types';

/** The most the server gives at once, and the most that is held: as many as there are bays to show. */
const LAMPS_PAGE = 500;
const SITE_LAMPS_MAX = 20_000;
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

/** Every display of a site, or the first of all, as many as bays are shown. */
export const displaysQuery = (tenantId: string, siteId: string | null) =>
  queryOptions({
    queryKey: [tenantId, 'displays', 'site', siteId],
    queryFn: async ({ signal }) => {
      const max = siteId ? SITE_LAMPS_MAX : BAYS_MAX;
      const displays: Display[] = [];
      for (let page = 1; ; page += 1) {
        const found = await answer(
          api.GET('/api/v6/displays', {
            params: {
              query: { page, page_size: LAMPS_PAGE, ...(siteId ? { site_id: siteId } : {}) },
            },
            signal,
          }),
        );
        displays.push(...found.displays);
        const isAll = found.displays.length < LAMPS_PAGE || displays.length >= found.total;
        if (isAll || displays.length >= max) return { displays, total: found.total };
      }
    },
    placeholderData: keepPreviousData,
    refetchInterval: 3 * REFRESH_MS,
  });

export const testDisplay = ({ id, ...body }: DisplayTestDraft & { id: string }) =>
  answer(api.POST('/api/v6/displays/{id}/test', { params: { path: { id } }, body }));
