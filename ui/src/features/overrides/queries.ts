import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api, versioned } from '@/api/client';
import type {
  BookingsWish,
  ClosureChange,
  ClosureDraft,
  OverrideChange,
  OverrideKind,
  OverridesDraft,
  Stage,
} from '@/api/types';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export const stages = ['in_force', 'planned', 'over'] as const satisfies readonly Stage[];
export const overrideKinds = [
  'blocked',
  'out_of_service',
] as const satisfies readonly OverrideKind[];

export const bookingsWishes = [
  'refuse',
  'move',
  'cancel',
  'keep',
] as const satisfies readonly BookingsWish[];

export const overrideFilters = [
  'site_id',
  'zone_id',
  'level_id',
  'kind',
  'stage',
  'closure_id',
] as const;
export type OverrideFilter = (typeof overrideFilters)[number];
export const closureFilters = ['site_id', 'stage'] as const;
export type ClosureFilter = (typeof closureFilters)[number];

export const overridesQuery = (
  tenantId: string,
  { kind, stage, ...rest }: ListQuery & Partial<Record<OverrideFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'overrides', { ...rest, kind, stage }],
    queryFn: () =>
      answer(
        api.GET('/api/v6/overrides', {
          params: { query: { ...rest, kind: kind as OverrideKind, stage: stage as Stage } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const closuresQuery = (
  tenantId: string,
  { stage, ...rest }: ListQuery & Partial<Record<ClosureFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'closures', { ...rest, stage }],
    queryFn: () =>
      answer(
        api.GET('/api/v6/closures', { params: { query: { ...rest, stage: stage as Stage } } }),
      ),
    placeholderData: keepPreviousData,
  });

export const readOverride = (id: string) =>
  versioned(api.GET('/api/v6/overrides/{id}', { params: { path: { id } } }));

export const readClosure = (id: string) =>
  versioned(api.GET('/api/v6/closures/{id}', { params: { path: { id } } }));

/** As it was when the form opened: what comes in meanwhile does not change what is typed. */
export const overrideQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'overrides', 'one', id],
    queryFn: () => readOverride(id),
    gcTime: 0,
  });

export const closureQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'closures', 'one', id],
    queryFn: () => readClosure(id),
    gcTime: 0,
  });

function useRefresh() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  const refreshEstate = useRefreshEstate();
  return () =>
    Promise.all([
      refreshEstate(),
      ...['overrides', 'closures'].map((name) =>
        queryClient.invalidateQueries({ queryKey: [tenantId, name] }),
      ),
    ]);
}

export function useCreateOverrides() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (body: OverridesDraft) => answer(api.POST('/api/v6/overrides/bulk', { body })),
    onSuccess,
  });
}

export function useEndOverrides() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (ids: string[]) =>
      answer(api.POST('/api/v6/overrides/bulk/end', { body: { ids } })),
    onSuccess,
  });
}

export function useCreateClosure() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (body: ClosureDraft) => answer(api.POST('/api/v6/closures', { body })),
    onSuccess,
  });
}

export function useEndClosure() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.POST('/api/v6/closures/{id}/end', { params: { path: { id } } })),
    onSuccess,
  });
}

type Versioned<Body> = { id: string; etag: string | null; body: Body };
const under = (etag: string | null) => (etag ? { 'if-match': etag } : {});

export function useChangeOverride() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: ({ id, etag, body }: Versioned<OverrideChange>) =>
      versioned(
        api.PATCH('/api/v6/overrides/{id}', {
          params: { path: { id } },
          body,
          headers: under(etag),
        }),
      ),
    onSuccess,
  });
}

export function useResumeOverrides() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (ids: string[]) =>
      answer(api.POST('/api/v6/overrides/bulk/resume', { body: { ids } })),
    onSuccess,
  });
}

export function useChangeClosure() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: ({ id, etag, body }: Versioned<ClosureChange>) =>
      versioned(
        api.PATCH('/api/v6/closures/{id}', {
          params: { path: { id } },
          body,
          headers: under(etag),
        }),
      ),
    onSuccess,
  });
}

/** Takes an end back. Whoever reserved a bay since keeps it, as those did who had one before. */
export function useResumeClosure() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (id: string) =>
      answer(
        api.POST('/api/v6/closures/{id}/resume', {
          params: { path: { id } },
          body: { bookings: 'keep' },
        }),
      ),
    onSuccess,
  });
}
