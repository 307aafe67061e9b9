import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { baysQuery } from '@/api/estate';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import { useTenantId } from '@/app/session/useSession';
import { planPictureQuery } from '@/components/plan/picture';
import type { Changes } from './drawing';

/** The most the server draws or makes at once. */
const BULK_MAX = 2_000;

function chunks<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / BULK_MAX);
  return Array.from({ length: count }, (_, n) => items.slice(n * BULK_MAX, (n + 1) * BULK_MAX));
}

export const siteBaysQuery = (tenantId: string, siteId: string) => ({
  ...baysQuery(tenantId, { site_id: siteId }),
  // The editor holds what it was opened with, and asks again itself when it saves.
  staleTime: 0,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
});

/** Sends what was drawn: first the bays there are, then those there are to be. */
export function useSavePlan({ siteId, levelId }: { siteId: string; levelId: string }) {
  const onSettled = useRefreshEstate();
  return useMutation({
    mutationFn: async ({ outlines, drafts }: Changes) => {
      for (const some of chunks(outlines)) {
        const body = { level_id: levelId, outlines: some };
        await answer(api.PUT('/api/v6/spaces/bulk/outlines', { body }));
      }
      for (const some of chunks(drafts)) {
        const spaces = some.map((draft) => ({ ...draft, level_id: levelId }));
        await answer(api.POST('/api/v6/spaces/bulk', { body: { site_id: siteId, spaces } }));
      }
    },
    onSettled,
  });
}

/** All bays of the site as they are now, whatever was read before. */
export function useFreshBays(siteId: string) {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return async () => {
    const query = { ...siteBaysQuery(tenantId, siteId), staleTime: 0 };
    return (await queryClient.fetchQuery(query)).spaces;
  };
}

/** A level's picture, given or taken away; both can be taken back with the picture there was. */
export function usePicture(levelId: string) {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  const { queryKey } = planPictureQuery(tenantId, levelId);
  const path = { id: levelId };

  async function put(file: Blob | null) {
    if (file) {
      await api.PUT('/api/v6/levels/{id}/plan', {
        params: { path },
        // The file itself is the body; the description knows it only as bytes.
        body: file as unknown as never,
        bodySerializer: (body: unknown) => body as Blob,
        headers: { 'content-type': 'application/octet-stream' },
      });
    } else await api.DELETE('/api/v6/levels/{id}/plan', { params: { path } });
  }
  async function refresh(hasPicture: boolean) {
    if (hasPicture) await queryClient.invalidateQueries({ queryKey });
    else queryClient.removeQueries({ queryKey });
    await queryClient.invalidateQueries({ queryKey: [tenantId, 'levels'] });
  }
  return useMutation({
    mutationFn: async (file: Blob | null) => {
      const before = queryClient.getQueryData(queryKey)?.blob ?? null;
      await put(file);
      return before;
    },
    onSuccess: (_before, file) => refresh(file !== null),
  });
}
