/** Questions about devices, and deeds with them, that more than one feature has. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import type { DeviceRole } from './types';

/** As many as a list to choose from offers; beyond it one searches. */
const CHOICES_MAX = 25;
/** The catalogue and all a tenant may add to it. */
const MODELS_MAX = 500;

export const modelChoicesQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, 'device-models', 'choices'],
    queryFn: () =>
      answer(api.GET('/api/v6/device-models', { params: { query: { page_size: MODELS_MAX } } })),
    staleTime: 5 * 60_000,
  });

/** A device speaks; who looks at it sees it without asking. */
const DEVICE_REFRESH_MS = 20_000;

export async function readDevice(id: string) {
  const call = await api.GET('/api/v6/devices/{id}', { params: { path: { id } } });
  return {
    device: await answer(Promise.resolve(call)),
    etag: call.response.headers.get('etag'),
  };
}

/** One device, and the version a change must name. */
export const deviceQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'devices', 'one', id],
    queryFn: () => readDevice(id),
    enabled: id !== '',
    refetchInterval: DEVICE_REFRESH_MS,
  });

/** Bays by code or name, of one site or of all. */
export const bayChoicesQuery = (tenantId: string, wanted: { q: string; siteId?: string }) =>
  queryOptions({
    queryKey: [tenantId, 'spaces', 'choices', wanted],
    queryFn: () =>
      answer(
        api.GET('/api/v6/spaces', {
          params: {
            query: {
              page_size: CHOICES_MAX,
              sort: 'code',
              ...(wanted.q ? { q: wanted.q } : {}),
              ...(wanted.siteId ? { site_id: wanted.siteId } : {}),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Devices by name or DevEUI. Without a word to search by, those that serve no bay yet. */
export const deviceChoicesQuery = (tenantId: string, wanted: { q: string; role?: DeviceRole }) =>
  queryOptions({
    queryKey: [tenantId, 'devices', 'choices', wanted],
    queryFn: () =>
      answer(
        api.GET('/api/v6/devices', {
          params: {
            query: {
              page_size: CHOICES_MAX,
              ...(wanted.q ? { q: wanted.q } : { unassigned_only: true }),
              ...(wanted.role ? { device_type: wanted.role } : {}),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export type Assigning = {
  id: string;
  space_id: string;
  role?: DeviceRole | null;
  reason?: string | null;
};

export const assignDevice = ({ id, ...body }: Assigning) =>
  answer(api.POST('/api/v6/devices/{id}/assign', { params: { path: { id } }, body }));

export type Unassigning = { id: string; role?: DeviceRole | null; reason?: string | null };

export const unassignDevice = ({ id, ...body }: Unassigning) =>
  answer(api.POST('/api/v6/devices/{id}/unassign', { params: { path: { id } }, body }));
