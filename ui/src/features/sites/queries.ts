import { keepPreviousData, queryOptions, useMutation } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { Level, SiteDraft } from '@/api/types';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import type { ListQuery } from '@/components/listState';

export type SiteFilter = 'is_active' | 'deleted';

/** Bays change while one looks. */
const REFRESH_MS = 20_000;
/** The most bays the server lists, and the most it restores, at once. */
const LIST_MAX = 500;
const BULK_MAX = 2_000;

export const sitesQuery = (
  tenantId: string,
  query: ListQuery & Partial<Record<SiteFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'sites', query],
    queryFn: () => {
      const { is_active, deleted, ...rest } = query;
      return answer(
        api.GET('/api/v6/sites', {
          params: {
            query: {
              ...rest,
              include_stats: true,
              ...(is_active === undefined ? {} : { is_active: is_active === 'true' }),
              ...(deleted === 'true' ? { deleted: true } : {}),
            },
          },
        }),
      );
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

/** The most sites the map shows; beyond it one looks in the list. */
const MAP_MAX = 500;

export const mapSitesQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, 'sites', 'map'],
    queryFn: () =>
      answer(
        api.GET('/api/v6/sites', {
          params: { query: { page_size: MAP_MAX, sort: 'name', include_stats: true } },
        }),
      ),
    refetchInterval: REFRESH_MS,
  });

export function useCreateSite() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (body: SiteDraft) => answer(api.POST('/api/v6/sites', { body })),
    onSuccess,
  });
}

export function useChangeSite() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: async ({
      id,
      etag,
      body,
    }: {
      id: string;
      etag: string | null;
      body: SiteDraft;
    }) => {
      const call = await api.PATCH('/api/v6/sites/{id}', {
        params: { path: { id } },
        body,
        headers: etag ? { 'if-match': etag } : {},
      });
      return {
        site: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      };
    },
    onSuccess,
  });
}

/** What becomes of the bays of a site that goes. */
export type Fate = { kind: 'none' } | { kind: 'move'; to: string } | { kind: 'delete' };

/** The site's living bays, which a deletion takes along and its undoing brings back. */
async function livingBays(siteId: string): Promise<string[]> {
  const ids: string[] = [];
  for (let page = 1; ; page += 1) {
    const { spaces, total } = await answer(
      api.GET('/api/v6/spaces', {
        params: { query: { site_id: siteId, page, page_size: LIST_MAX } },
      }),
    );
    ids.push(...spaces.map(({ id }) => id));
    if (spaces.length === 0 || ids.length >= total) return ids;
  }
}

export function useDeleteSite() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: async ({ id, fate }: { id: string; fate: Fate }) => {
      const bays = fate.kind === 'delete' ? await livingBays(id) : [];
      const query =
        fate.kind === 'move' ? { move_to: fate.to } : fate.kind === 'delete' ? { force: true } : {};
      await api.DELETE('/api/v6/sites/{id}', { params: { path: { id }, query } });
      return { bays };
    },
    onSuccess,
  });
}

export function useRestoreSite() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: async ({ id, bays = [] }: { id: string; bays?: string[] }) => {
      const site = await answer(
        api.POST('/api/v6/sites/{id}/restore', { params: { path: { id } } }),
      );
      for (let start = 0; start < bays.length; start += BULK_MAX) {
        const ids = bays.slice(start, start + BULK_MAX);
        await api.POST('/api/v6/spaces/bulk/restore', { body: { ids } });
      }
      return site;
    },
    onSuccess,
  });
}

export type PartKind = 'level' | 'zone';

export function useCreatePart(kind: PartKind) {
  const onSuccess = useRefreshEstate();
  return useMutation({
    // One after the other, in the order they were typed.
    scope: { id: `create-${kind}` },
    mutationFn: async (body: { site_id: string; name: string; ordinal?: number }) => {
      if (kind === 'level') await answer(api.POST('/api/v6/levels', { body }));
      else {
        const { site_id, name } = body;
        await answer(api.POST('/api/v6/zones', { body: { site_id, name } }));
      }
    },
    onSuccess,
  });
}

export function useRenamePart(kind: PartKind) {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: async ({ id, name }: { id: string; name: string }) => {
      const call = { params: { path: { id } }, body: { name } };
      if (kind === 'level') await answer(api.PATCH('/api/v6/levels/{id}', call));
      else await answer(api.PATCH('/api/v6/zones/{id}', call));
    },
    onSuccess,
  });
}

export function useDeletePart(kind: PartKind) {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: async (id: string) => {
      const call = { params: { path: { id } } };
      if (kind === 'level') await api.DELETE('/api/v6/levels/{id}', call);
      else await api.DELETE('/api/v6/zones/{id}', call);
    },
    onSuccess,
  });
}

/** Numbers the levels as they stand; those that have their number already stay untouched. */
export function useOrderLevels() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: async (levels: Level[]) => {
      const lowest = Math.min(...levels.map(({ ordinal }) => ordinal));
      for (const [place, level] of levels.entries()) {
        const ordinal = lowest + place;
        if (level.ordinal === ordinal) continue;
        await answer(
          api.PATCH('/api/v6/levels/{id}', {
            params: { path: { id: level.id } },
            body: { ordinal },
          }),
        );
      }
    },
    onSettled: onSuccess,
  });
}
