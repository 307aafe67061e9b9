/** Questions about lamps, and ways to try one out and to tell it something, that more than one feature has. */
import { queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import type { DisplayTestDraft, DownlinkDraft } from './types';

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

/** One display, by the device that it is. */
export const displayQuery = (tenantId: string, deviceId: string) =>
  queryOptions({
    queryKey: [tenantId, 'displays', 'one', deviceId],
    queryFn: () => answer(api.GET('/api/v6/displays/{id}', { params: { path: { id: deviceId } } })),
    refetchInterval: REFRESH_MS,
  });

export const testDisplay = ({ id, ...body }: DisplayTestDraft & { id: string }) =>
  answer(api.POST('/api/v6/displays/{id}/test', { params: { path: { id } }, body }));

export const sendRaw = (body: DownlinkDraft) => answer(api.POST('/api/v6/downlinks', { body }));
