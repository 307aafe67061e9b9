import { useMutation } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { ReservationsQuery } from '@/api/reservations';
import type { ReservationImportMode } from '@/api/types';
import { useRefreshReservations } from './queries';

/** As on the server, which would cut the connection of a larger file instead of answering. */
export const FILE_BYTES_MAX = 1024 * 1024;

export function useExportReservations() {
  return useMutation({
    mutationFn: ({ page: _page, page_size: _size, ...query }: ReservationsQuery) =>
      answer(api.GET('/api/v6/reservations/export', { params: { query }, parseAs: 'blob' })),
    gcTime: 0,
  });
}

export function useReservationTemplate() {
  return useMutation({
    mutationFn: () => answer(api.GET('/api/v6/reservations/import/template', { parseAs: 'blob' })),
    gcTime: 0,
  });
}

type HandIn = {
  file: File;
  mode: ReservationImportMode;
  siteId: string | undefined;
  isDry: boolean;
};

export function useImportReservations() {
  const refresh = useRefreshReservations();
  return useMutation({
    mutationFn: ({ file, mode, siteId, isDry }: HandIn) =>
      answer(
        api.POST('/api/v6/reservations/import', {
          params: { query: { mode, dry_run: isDry, ...(siteId ? { site_id: siteId } : {}) } },
          // The file itself is the body, and travels as it is.
          body: '',
          bodySerializer: () => file,
          headers: { 'content-type': 'text/csv' },
        }),
      ),
    onSuccess: (_, { isDry }) => (isDry ? undefined : refresh()),
    gcTime: 0,
  });
}
