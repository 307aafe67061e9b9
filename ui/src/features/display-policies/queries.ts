import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { DisplayPolicyChange, DisplayPolicyDraft, LampPreviewDraft } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

const KEY = 'display-policies';

export const policyFilters = ['site_id', 'is_active'] as const;
export type PolicyFilter = (typeof policyFilters)[number];

export const policiesQuery = (
  tenantId: string,
  { is_active, ...rest }: ListQuery & Partial<Record<PolicyFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, KEY, { ...rest, is_active }],
    queryFn: () =>
      answer(
        api.GET('/api/v6/display-policies', {
          params: {
            query: {
              ...rest,
              is_active: is_active === undefined ? undefined : is_active === 'true',
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const standardQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, KEY, 'standard'],
    queryFn: () => answer(api.GET('/api/v6/display-policies/standard', {})),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const policyQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, KEY, 'one', id],
    queryFn: async () => {
      const call = await api.GET('/api/v6/display-policies/{id}', { params: { path: { id } } });
      return {
        policy: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      };
    },
    enabled: id !== '',
  });

/** What every bay would show under a policy that is kept, and the version of it that was looked at. */
export const previewOfQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, KEY, 'preview', id],
    queryFn: async ({ signal }) => {
      const params = { path: { id } };
      const call = await api.POST('/api/v6/display-policies/{id}/preview', { params, signal });
      return {
        preview: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      };
    },
    enabled: id !== '',
    staleTime: 0,
  });

/** What every bay would show under what was typed so far. */
export const previewQuery = (tenantId: string, draft: LampPreviewDraft) =>
  queryOptions({
    queryKey: [tenantId, KEY, 'preview', draft],
    // What was asked for the step before is called off.
    queryFn: ({ signal }) =>
      answer(api.POST('/api/v6/display-policies/preview', { body: draft, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  });

function useRefreshPolicies() {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return () => queryClient.invalidateQueries({ queryKey: [tenantId, KEY] });
}

export function useCreatePolicy() {
  const onSuccess = useRefreshPolicies();
  return useMutation({
    mutationFn: (body: DisplayPolicyDraft) =>
      answer(api.POST('/api/v6/display-policies', { body })),
    onSuccess,
  });
}

export function useChangePolicy() {
  const onSuccess = useRefreshPolicies();
  return useMutation({
    mutationFn: (change: { id: string; etag: string | null; body: DisplayPolicyChange }) =>
      answer(
        api.PATCH('/api/v6/display-policies/{id}', {
          params: { path: { id: change.id } },
          body: change.body,
          headers: change.etag ? { 'if-match': change.etag } : {},
        }),
      ),
    onSuccess,
  });
}

export function useActivatePolicy() {
  const onSuccess = useRefreshPolicies();
  return useMutation({
    /** Under the version that was seen, if one was. */
    mutationFn: ({ id, etag }: { id: string; etag?: string | null }) =>
      answer(
        api.POST('/api/v6/display-policies/{id}/activate', {
          params: { path: { id } },
          headers: etag ? { 'if-match': etag } : {},
        }),
      ),
    onSuccess,
  });
}

export function useDeactivatePolicy() {
  const onSuccess = useRefreshPolicies();
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.POST('/api/v6/display-policies/{id}/deactivate', { params: { path: { id } } })),
    onSuccess,
  });
}

export function useDeletePolicy() {
  const onSuccess = useRefreshPolicies();
  return useMutation({
    mutationFn: (id: string) =>
      api.DELETE('/api/v6/display-policies/{id}', { params: { path: { id } } }),
    onSuccess,
  });
}
