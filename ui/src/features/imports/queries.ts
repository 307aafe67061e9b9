import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { Import, ImportKind, ImportStatus, RowVerdict } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export const importFilters = ['kind', 'status'] as const;
export type ImportFilter = (typeof importFilters)[number];
export const importKinds = ['spaces', 'devices'] as const;
/** In the order of a report: what is wrong comes first. */
export const rowVerdicts = ['refused', 'ready', 'created', 'same', 'removed'] as const;
export const rowFilters = ['verdict'] as const;

/** As on the server, which would cut the connection of a larger file instead of answering. */
export const FILE_BYTES_MAX = 8 * 1024 * 1024;
/** How many rows show what a column holds. */
const SAMPLE_ROWS = 5;
const POLL_MS = 1_000;

/** Whether a job is at it, so that its numbers move. */
export const isUnderWay = ({ status }: Pick<Import, 'status'>) =>
  status === 'running' || status === 'undoing';

export const importsQuery = (
  tenantId: string,
  { kind, status, ...query }: ListQuery & Partial<Record<ImportFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'imports', { kind, status, ...query }],
    queryFn: () =>
      answer(
        api.GET('/api/v6/imports', {
          params: {
            query: {
              ...query,
              kind: kind as ImportKind | undefined,
              status: status as ImportStatus | undefined,
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.imports.some(isUnderWay) ? POLL_MS * 3 : false),
  });

export const importQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'imports', 'one', id],
    queryFn: () => answer(api.GET('/api/v6/imports/{id}', { params: { path: { id } } })),
    enabled: id !== '',
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? POLL_MS : false),
  });

export const sampleQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'imports', 'sample', id],
    queryFn: () =>
      answer(
        api.GET('/api/v6/imports/{id}/rows', {
          params: { path: { id }, query: { page_size: SAMPLE_ROWS } },
        }),
      ),
    // The file does not change.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const rowsQuery = (
  tenantId: string,
  id: string,
  progress: string,
  { verdict, ...query }: ListQuery & { verdict?: string },
) =>
  queryOptions({
    queryKey: [tenantId, 'imports', 'rows', id, progress, { verdict, ...query }],
    queryFn: () =>
      answer(
        api.GET('/api/v6/imports/{id}/rows', {
          params: { path: { id }, query: { ...query, verdict: verdict as RowVerdict | undefined } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export function useTemplate() {
  return useMutation({
    mutationFn: (kind: ImportKind) =>
      answer(api.GET('/api/v6/imports/template', { params: { query: { kind } }, parseAs: 'blob' })),
    gcTime: 0,
  });
}

export function useExportRows(id: string) {
  return useMutation({
    mutationFn: (verdict: RowVerdict | undefined) =>
      answer(
        api.GET('/api/v6/imports/{id}/rows/export', {
          params: { path: { id }, query: { verdict } },
          parseAs: 'blob',
        }),
      ),
    gcTime: 0,
  });
}

export function useUpload() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return useMutation({
    mutationFn: ({ file, kind, siteId }: { file: File; kind: ImportKind; siteId?: string }) =>
      answer(
        api.POST('/api/v6/imports', {
          params: { query: { kind, file_name: file.name, site_id: siteId } },
          // The file itself is the body, and travels as it is.
          body: '',
          bodySerializer: () => file,
          headers: { 'content-type': 'text/csv' },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [tenantId, 'imports'] }),
  });
}

/** What an import is told to do next. */
export type Move =
  | { how: 'mapping'; columns: Record<string, number>; siteId: string | null }
  | { how: 'start'; skipRefused: boolean }
  | { how: 'check' | 'cancel' | 'undo' };

function send(id: string, move: Move) {
  const params = { path: { id } };
  switch (move.how) {
    case 'mapping':
      return api.PUT('/api/v6/imports/{id}/mapping', {
        params,
        body: { columns: move.columns, site_id: move.siteId },
      });
    case 'start':
      return api.POST('/api/v6/imports/{id}/start', {
        params,
        body: { skip_refused: move.skipRefused },
      });
    case 'check':
      return api.POST('/api/v6/imports/{id}/check', { params });
    case 'cancel':
      return api.POST('/api/v6/imports/{id}/cancel', { params });
    case 'undo':
      return api.POST('/api/v6/imports/{id}/undo', { params });
  }
}

/** Moves an import on, one step after the other. */
export function useMove(id: string) {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return useMutation({
    mutationFn: async (moves: Move[]) => {
      for (const move of moves) await answer<Import>(send(id, move));
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: [tenantId, 'imports'] }),
  });
}
