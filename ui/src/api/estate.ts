/** Questions about sites and their parts that more than one feature asks. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import { withHeard } from './liveBays';
import type { Space } from './types';

/** As many as a list to choose from offers; beyond it one searches. */
const CHOICES_MAX = 50;
/** The most the server gives at once; no car park has so many levels. */
const PARTS_MAX = 500;

/** One site with its numbers, and the version a change must name. */
export const siteQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'sites', 'one', id],
    queryFn: async () => {
      const call = await api.GET('/api/v6/sites/{id}', { params: { path: { id } } });
      return {
        site: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      };
    },
    enabled: id !== '',
  });

export const siteChoicesQuery = (tenantId: string, q: string) =>
  queryOptions({
    queryKey: [tenantId, 'sites', 'choices', q],
    queryFn: () =>
      answer(
        api.GET('/api/v6/sites', {
          params: { query: { page_size: CHOICES_MAX, ...(q ? { q } : {}) } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const levelsQuery = (tenantId: string, siteId: string) =>
  queryOptions({
    queryKey: [tenantId, 'levels', siteId],
    queryFn: () =>
      answer(
        api.GET('/api/v6/levels', {
          params: {
            query: { site_id: siteId, page_size: PARTS_MAX, sort: 'ordinal', include_stats: true },
          },
        }),
      ),
    enabled: siteId !== '',
  });

export const zonesQuery = (tenantId: string, siteId: string) =>
  queryOptions({
    queryKey: [tenantId, 'zones', siteId],
    queryFn: () =>
      answer(
        api.GET('/api/v6/zones', {
          params: {
            query: { site_id: siteId, page_size: PARTS_MAX, sort: 'name', include_stats: true },
          },
        }),
      ),
    enabled: siteId !== '',
  });

/** The most the server gives at once, and the most that is held of one site or level, or of all sites. */
const BAYS_PAGE = 500;
const SITE_BAYS_MAX = 20_000;
export const BAYS_MAX = 5_000;

/** Those of all sites, where none is named. */
export type BayScope = { site_id?: string; level_id?: string; include_lamps?: boolean };

/** Every living bay of a site, of a level or of all sites, by its code. */
export const baysQuery = (tenantId: string, scope: BayScope) =>
  queryOptions({
    queryKey: [tenantId, 'spaces', 'all', scope],
    queryFn: async ({ signal }) => {
      const max = scope.site_id ? SITE_BAYS_MAX : BAYS_MAX;
      const spaces: Space[] = [];
      for (let page = 1; ; page += 1) {
        const found = await answer(
          api.GET('/api/v6/spaces', {
            params: { query: { ...scope, page, page_size: BAYS_PAGE, sort: 'code' } },
            signal,
          }),
        );
        spaces.push(...found.spaces);
        const isAll = found.spaces.length < BAYS_PAGE || spaces.length >= found.total;
        if (isAll || spaces.length >= max) return withHeard({ spaces, total: found.total });
      }
    },
    enabled: scope.site_id !== '',
  });

/** What a change of the estate makes old: its parts and their numbers stand on each other's pages. */
export const ESTATE_KEYS = [
  'sites',
  'levels',
  'zones',
  'spaces',
  'devices',
  'device-models',
  'orphans',
  'gateways',
  'dashboard',
  'me',
] as const;
