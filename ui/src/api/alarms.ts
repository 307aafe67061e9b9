/** How many alarms wait, which the navigation says on every page. */
import { queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';

/** An alarm is raised within seconds of its time; nobody should learn of it minutes later. */
export const ALARMS_REFRESH_MS = 15_000;

export const alarmSummaryQuery = (tenantId: string) =>
  queryOptions({
    queryKey: [tenantId, 'alarms', 'summary'],
    queryFn: () => answer(api.GET('/api/v6/alarms/summary')),
    refetchInterval: ALARMS_REFRESH_MS,
  });
