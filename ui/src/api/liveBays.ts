/** Puts what was heard of bays into what was asked for. */
import type { QueryClient } from '@tanstack/react-query';
import { liveStore } from './live';
import type { LiveBay } from './liveStream';
import type { Space } from './types';

type Bays = ReadonlyMap<string, LiveBay>;
type Shown = Pick<Space, 'id' | 'state' | 'state_changed_at'>;

/** A bay with the state it was last heard to have, if that is newer; the same object if it is not. */
export function fresher<Bay extends Shown>(bay: Bay, bays: Bays): Bay {
  const heard = bays.get(bay.id);
  if (!heard || heard.state === bay.state) return bay;
  if (Date.parse(heard.since) <= Date.parse(bay.state_changed_at)) return bay;
  return { ...bay, state: heard.state as Space['state'], state_changed_at: heard.since };
}

/** The same of many; the same list if none is newer. */
export function fresherAll<Bay extends Shown>(list: Bay[], bays: Bays): Bay[] {
  const next = list.map((bay) => fresher(bay, bays));
  return next.some((bay, at) => bay !== list[at]) ? next : list;
}

/** An answer about bays, whichever shape it has. */
function renewed(data: unknown, bays: Bays): unknown {
  if (typeof data !== 'object' || data === null) return data;
  if ('spaces' in data && Array.isArray(data.spaces)) {
    const spaces = fresherAll(data.spaces as Space[], bays);
    return spaces === data.spaces ? data : { ...data, spaces };
  }
  if ('space' in data && typeof data.space === 'object' && data.space !== null) {
    const space = fresher(data.space as Space, bays);
    return space === data.space ? data : { ...data, space };
  }
  return data;
}

/** An answer that was on its way while something was heard. */
export function withHeard<Data>(data: Data): Data {
  return renewed(data, liveStore.bays()) as Data;
}

/** Whatever is shown of these bays shows what was heard; what was asked for stays as old as it was. */
export function showBays(queryClient: QueryClient, tenantId: string, bays: Bays): void {
  for (const query of queryClient.getQueryCache().findAll({ queryKey: [tenantId, 'spaces'] })) {
    const { data, dataUpdatedAt } = query.state;
    const next = renewed(data, bays);
    if (next !== data) queryClient.setQueryData(query.queryKey, next, { updatedAt: dataUpdatedAt });
  }
}
