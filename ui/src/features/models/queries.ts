import { keepPreviousData, queryOptions, useMutation } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import type { DeviceModelChange, DeviceModelDraft, DeviceRole } from '@/api/types';
import { useRefreshEstate } from '@/app/session/useRefreshEstate';
import type { ListQuery } from '@/components/listState';

export const modelFilters = ['is_own', 'device_type'] as const;
export type ModelFilter = (typeof modelFilters)[number];

export const modelsQuery = (
  tenantId: string,
  { is_own, device_type, ...rest }: ListQuery & Partial<Record<ModelFilter, string>>,
) =>
  queryOptions({
    queryKey: [tenantId, 'device-models', { ...rest, is_own, device_type }],
    queryFn: () =>
      answer(
        api.GET('/api/v6/device-models', {
          params: {
            query: {
              ...rest,
              is_own: is_own === undefined ? undefined : is_own === 'true',
              device_type: device_type as DeviceRole | undefined,
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export async function readModel(id: string) {
  const call = await api.GET('/api/v6/device-models/{id}', { params: { path: { id } } });
  return {
    model: await answer(Promise.resolve(call)),
    etag: call.response.headers.get('etag'),
  };
}

export const modelQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'device-models', 'one', id],
    queryFn: () => readModel(id),
    enabled: id !== '',
  });

export function useCreateModel() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (body: DeviceModelDraft) => answer(api.POST('/api/v6/device-models', { body })),
    onSuccess,
  });
}

export function useChangeModel() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (change: { id: string; etag: string | null; body: DeviceModelChange }) =>
      answer(
        api.PATCH('/api/v6/device-models/{id}', {
          params: { path: { id: change.id } },
          body: change.body,
          headers: change.etag ? { 'if-match': change.etag } : {},
        }),
      ),
    onSuccess,
  });
}

export function useDeleteModel() {
  const onSuccess = useRefreshEstate();
  return useMutation({
    mutationFn: (id: string) =>
      api.DELETE('/api/v6/device-models/{id}', { params: { path: { id } } }),
    onSuccess,
  });
}
