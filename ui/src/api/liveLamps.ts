/** Puts what was heard of lamps into what was asked for. */
import type { QueryClient } from '@tanstack/react-query';
import type { LiveLamp } from './liveStream';
import type { Display, Space } from './types';

type Lamps = ReadonlyMap<string, LiveLamp>;

/** A display as it was last heard of; the same object if it was not. */
function freshDisplay(display: Display, lamps: Lamps): Display {
  const heard = lamps.get(display.id);
  if (!heard) return display;
  const { status, wanted, transmitted, shown, behind_since, mismatched_since } = heard;
  return { ...display, status, wanted, transmitted, shown, behind_since, mismatched_since };
}

/** A bay with its lamp as it was last heard of; the same object if it was not. */
function freshBay(bay: Space, lamps: Lamps): Space {
  const heard = bay.display && lamps.get(bay.display.device_id);
  if (!heard) return bay;
  const { site_id: _site, space_id: _space, ...lamp } = heard;
  return { ...bay, lamp };
}

function freshAll<One>(list: One[], fresh: (one: One) => One): One[] {
  const next = list.map(fresh);
  return next.some((one, at) => one !== list[at]) ? next : list;
}

/** An answer about displays or bays, whichever shape it has; the same if it holds none that was heard of. */
export function renewed(data: unknown, lamps: Lamps): unknown {
  if (typeof data !== 'object' || data === null) return data;
  if ('displays' in data && Array.isArray(data.displays)) {
    const displays = freshAll(data.displays as Display[], (one) => freshDisplay(one, lamps));
    return displays === data.displays ? data : { ...data, displays };
  }
  if ('spaces' in data && Array.isArray(data.spaces)) {
    const spaces = freshAll(data.spaces as Space[], (one) => freshBay(one, lamps));
    return spaces === data.spaces ? data : { ...data, spaces };
  }
  return 'dev_eui' in data && 'wanted' in data ? freshDisplay(data as Display, lamps) : data;
}

/** Whatever is shown of these lamps shows what was heard; what was asked for stays as old as it was. */
export function showLamps(queryClient: QueryClient, tenantId: string, lamps: Lamps): void {
  const cache = queryClient.getQueryCache();
  for (const name of ['displays', 'spaces']) {
    for (const query of cache.findAll({ queryKey: [tenantId, name] })) {
      const { data, dataUpdatedAt } = query.state;
      const next = renewed(data, lamps);
      if (next !== data)
        queryClient.setQueryData(query.queryKey, next, { updatedAt: dataUpdatedAt });
    }
  }
}
