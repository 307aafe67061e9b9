import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { ALARMS_REFRESH_MS } from '@/api/alarms';
import { answer, api } from '@/api/client';
import type {
  AlarmKind,
  AlarmRecipientChange,
  AlarmRecipientDraft,
  AlarmRulesChange,
  Severity,
} from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import type { ListQuery } from '@/components/listState';

export const alarmFilters = [
  'status',
  'kind',
  'severity',
  'site_id',
  'device_id',
  'gateway_id',
  'space_id',
  'acknowledged',
  'muted',
  'explained',
] as const;
export type AlarmFilter = (typeof alarmFilters)[number];
export type AlarmQuery = ListQuery & Partial<Record<AlarmFilter, string>>;

/** As many members as one can choose from; beyond it one searches. */
const MEMBERS_MAX = 50;
/** A tenant has at most so many. */
const RECIPIENTS_MAX = 50;

const truth = (value: string | undefined) => (value === undefined ? undefined : value === 'true');

/** Whatever the URL says; without a word, what is open and no outage explains. */
export function wireQuery(query: AlarmQuery) {
  const { status = 'open', kind, severity, acknowledged, muted, explained, ...rest } = query;
  const isOfOne = rest.gateway_id ?? rest.device_id ?? rest.space_id;
  return {
    ...rest,
    status: status === 'all' ? undefined : (status as 'open' | 'cleared'),
    kind: kind as AlarmKind | undefined,
    severity: severity as Severity | undefined,
    acknowledged: truth(acknowledged),
    muted: truth(muted),
    include_explained: explained === 'true' || isOfOne || status !== 'open' ? undefined : false,
  };
}

export const alarmsQuery = (tenantId: string, query: AlarmQuery) =>
  queryOptions({
    queryKey: [tenantId, 'alarms', 'list', query],
    queryFn: () => answer(api.GET('/api/v6/alarms', { params: { query: wireQuery(query) } })),
    placeholderData: keepPreviousData,
    refetchInterval: ALARMS_REFRESH_MS,
  });

export const alarmQuery = (tenantId: string, id: string) =>
  queryOptions({
    queryKey: [tenantId, 'alarms', 'one', id],
    queryFn: () => answer(api.GET('/api/v6/alarms/{id}', { params: { path: { id } } })),
    enabled: id !== '',
    refetchInterval: ALARMS_REFRESH_MS,
  });

export const alarmRulesQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, 'alarm-rules'],
    queryFn: async () => {
      const call = await api.GET('/api/v6/alarms/rules');
      return {
        rules: await answer(Promise.resolve(call)),
        etag: call.response.headers.get('etag'),
      };
    },
  });

export const recipientsQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, 'alarm-recipients'],
    queryFn: () =>
      answer(
        api.GET('/api/v6/alarms/recipients', { params: { query: { page_size: RECIPIENTS_MAX } } }),
      ),
  });

/** Members one can choose a recipient from. */
export const memberChoicesQuery = (tenantId: string, q: string) =>
  queryOptions({
    queryKey: [tenantId, 'users', 'choices', q],
    queryFn: () =>
      answer(
        api.GET('/api/v6/users', {
          params: { query: { page_size: MEMBERS_MAX, ...(q ? { q } : {}) } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

function useRefresh(...names: string[]) {
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  return () =>
    Promise.all(names.map((name) => queryClient.invalidateQueries({ queryKey: [tenantId, name] })));
}

export type Verb = 'acknowledge' | 'unacknowledge' | 'unmute';

/** One alarm or many: the server takes them all or none, and says which are not as they were. */
export function useMarkAlarms() {
  const onSuccess = useRefresh('alarms');
  return useMutation({
    mutationFn: ({ verb, ids }: { verb: Verb; ids: string[] }) =>
      answer(api.POST(`/api/v6/alarms/bulk/${verb}`, { body: { ids } })),
    onSuccess,
  });
}

export function useMuteAlarms() {
  const onSuccess = useRefresh('alarms');
  return useMutation({
    mutationFn: ({ ids, ...mute }: { ids: string[]; minutes: number; reason?: string }) =>
      answer(api.POST('/api/v6/alarms/bulk/mute', { body: { ids, mute } })),
    onSuccess,
  });
}

export function useCommentAlarm() {
  const onSuccess = useRefresh('alarms');
  return useMutation({
    mutationFn: ({ id, text }: { id: string; text: string }) =>
      answer(
        api.POST('/api/v6/alarms/{id}/comments', { params: { path: { id } }, body: { text } }),
      ),
    onSuccess,
  });
}

export function useChangeAlarmRules() {
  const onSuccess = useRefresh('alarm-rules', 'alarms');
  return useMutation({
    mutationFn: ({ etag, body }: { etag: string | null; body: AlarmRulesChange }) =>
      answer(api.PUT('/api/v6/alarms/rules', { body, headers: etag ? { 'if-match': etag } : {} })),
    onSuccess,
  });
}

export function useCreateRecipient() {
  const onSuccess = useRefresh('alarm-recipients');
  return useMutation({
    mutationFn: (body: AlarmRecipientDraft) =>
      answer(api.POST('/api/v6/alarms/recipients', { body })),
    onSuccess,
  });
}

export function useChangeRecipient() {
  const onSuccess = useRefresh('alarm-recipients');
  return useMutation({
    mutationFn: ({ id, body }: { id: string; body: AlarmRecipientChange }) =>
      answer(api.PATCH('/api/v6/alarms/recipients/{id}', { params: { path: { id } }, body })),
    onSuccess,
  });
}

export function useDeleteRecipient() {
  const onSuccess = useRefresh('alarm-recipients');
  return useMutation({
    mutationFn: (id: string) =>
      api.DELETE('/api/v6/alarms/recipients/{id}', { params: { path: { id } } }),
    onSuccess,
  });
}

export function useTestRecipient() {
  return useMutation({
    mutationFn: (id: string) =>
      api.POST('/api/v6/alarms/recipients/{id}/test', { params: { path: { id } } }),
  });
}
