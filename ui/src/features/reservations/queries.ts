import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { pollEvery } from '@/api/live';
import type { ReservationsQuery } from '@/api/reservations';
import type { ReservationStatus } from '@/api/types';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export const reservationFilters = ['site_id', 'space_id', 'status'] as const;
export type ReservationFilter = (typeof reservationFilters)[number];
type Asked = ListQuery & Partial<Record<ReservationFilter, string>>;

const REFRESH_MS = 15_000;

/** Whatever the URL says; the server refuses what it does not know. */
export function wireQuery({ status, ...rest }: Asked): ReservationsQuery {
  return { ...rest, ...(status ? { status: status as ReservationStatus } : {}) };
}

export const reservationQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'reservations', 'one', id],
    queryFn: () => answer(api.GET('/api/v6/reservations/{id}', { params: { path: { id } } })),
    enabled: id !== '',
    refetchInterval: pollEvery(REFRESH_MS),
  });

export const historyQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'reservations', 'history', id],
    queryFn: () =>
      answer(api.GET('/api/v6/reservations/{id}/history', { params: { path: { id } } })),
    enabled: id !== '',
  });

export function useRefreshReservations() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  const refreshEstate = useRefreshEstate();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: [tenantId, 'reservations'] }),
      refreshEstate(),
    ]);
}

export type Step = 'check-in' | 'check-out' | 'confirm';

export function useTakeStep() {
  const onSuccess = useRefreshReservations();
  return useMutation({
    mutationFn: ({ id, step }: { id: string; step: Step }) =>
      answer(api.POST(`/api/v6/reservations/{id}/${step}`, { params: { path: { id } } })),
    onSuccess,
  });
}

export function useCancel() {
  const onSuccess = useRefreshReservations();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string; reason?: string }) =>
      answer(api.PUT('/api/v6/reservations/{id}/cancel', { params: { path: { id } }, body })),
    onSuccess,
  });
}
