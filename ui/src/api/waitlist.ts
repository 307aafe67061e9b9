/** What several features ask about the waiting list. */
import { queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import { pollEvery } from './live';
import type { WaitlistWish } from './types';

/** Refusals after which somebody may want to wait: others have the bay, or it is out of use, but not for ever. */
const WORTH_WAITING = ['slot_taken', 'no_space_free', 'space_out_of_use'];

export const isWorthWaiting = (code: string) => WORTH_WAITING.includes(code);

const REFRESH_MS = 15_000;
/** The most the server gives at once. */
const OFFERS_MAX = 500;

/** The holds of a site that are offered to those who waited. */
export const offersQuery = (tenantId: string, siteId: string) =>
  queryOptions({
    queryKey: [tenantId, 'reservations', 'offers', siteId],
    queryFn: () => {
      const query = { site_id: siteId, status: 'offered' as const, page_size: OFFERS_MAX };
      return answer(api.GET('/api/v6/reservations/waitlist', { params: { query } }));
    },
    refetchInterval: pollEvery(REFRESH_MS),
  });

export const joinWaitlist = (body: WaitlistWish) =>
  answer(api.POST('/api/v6/reservations/waitlist', { body }));

export const leaveWaitlist = (id: string) =>
  answer(api.DELETE('/api/v6/reservations/waitlist/{id}', { params: { path: { id } } }));
