/** What several features ask about reservations. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import { pollEvery } from './live';
import type { ReservationStatus } from './types';

/** What becomes due is seen without asking. */
const REFRESH_MS = 15_000;
/** Reservations shown beside a bay. */
const NEXT_MAX = 5;

export type ReservationsQuery = {
  page?: number;
  page_size?: number;
  sort?: string;
  q?: string;
  site_id?: string;
  space_id?: string;
  status?: ReservationStatus;
  from?: string;
  to?: string;
  person?: string;
};

export const reservationsQuery = (tenantId: string, query: ReservationsQuery) =>
  queryOptions({
    queryKey: [tenantId, 'reservations', 'list', query],
    queryFn: () => answer(api.GET('/api/v6/reservations', { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: pollEvery(REFRESH_MS),
  });

/** The reservations of a bay that are not over, agreed or held, the next one first. */
export const nextReservationsQuery = (tenantId: string, spaceId: string) =>
  queryOptions({
    queryKey: [tenantId, 'reservations', 'next', spaceId],
    queryFn: async () => {
      const of = (status: ReservationStatus) => {
        const query = { space_id: spaceId, status, sort: 'start_time', page_size: NEXT_MAX };
        return answer(api.GET('/api/v6/reservations', { params: { query } }));
      };
      const [agreed, held] = await Promise.all([of('confirmed'), of('pending')]);
      return [...agreed.reservations, ...held.reservations]
        .sort((a, b) => Date.parse(a.start_time) - Date.parse(b.start_time))
        .slice(0, NEXT_MAX);
    },
    refetchInterval: pollEvery(REFRESH_MS),
  });
