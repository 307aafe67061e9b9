import { keepPreviousData, queryOptions, useMutation } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { ListQuery } from '@/components/listState';

export const auditFilters = [
  'actor_id',
  'action',
  'entity_type',
  'entity_id',
  'request_id',
  'from',
  'to',
] as const;
export type AuditFilter = (typeof auditFilters)[number];
export type AuditFilters = Partial<Record<AuditFilter, string>>;

export const auditLogQuery = (tenantId: string, query: ListQuery & AuditFilters) =>
  queryOptions({
    queryKey: [tenantId, 'audit-log', query],
    queryFn: () => answer(api.GET('/api/v6/audit-log', { params: { query } })),
    placeholderData: keepPreviousData,
  });

export const auditEntryQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'audit-log', 'entry', id],
    queryFn: () => answer(api.GET('/api/v6/audit-log/{id}', { params: { path: { id } } })),
    // An entry never changes; that is the point of the log.
    staleTime: Number.POSITIVE_INFINITY,
    enabled: id !== '',
  });

export function useExportAuditLog() {
  return useMutation({
    mutationFn: (query: AuditFilters & { q?: string }) =>
      answer(api.GET('/api/v6/audit-log/export', { params: { query }, parseAs: 'blob' })),
    gcTime: 0,
  });
}

export function useVerifyAuditLog() {
  return useMutation({ mutationFn: () => answer(api.GET('/api/v6/audit-log/verify')) });
}
