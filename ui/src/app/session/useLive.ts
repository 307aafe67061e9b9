import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { ESTATE_KEYS } from '@/api/estate';
import { isFresh, type LiveState, liveStore } from '@/api/live';
import { showBays } from '@/api/liveBays';
import { showLamps } from '@/api/liveLamps';
import type { LiveBay, LiveLamp } from '@/api/liveStream';
import { useFromNow } from '@/components/now';
import { useMe } from './me';
import { can } from './permissions';

/** What is asked for anew when something changed, by the kind of thing. */
const TOUCHED: Record<string, readonly string[]> = {
  space: ['spaces', 'sites', 'levels', 'zones', 'dashboard'],
  site: ['sites', 'spaces', 'levels', 'zones', 'dashboard'],
  level: ['levels', 'spaces'],
  zone: ['zones', 'spaces'],
  device: ['devices', 'spaces', 'dashboard'],
  device_model: ['device-models', 'devices'],
  gateway: ['gateways', 'dashboard'],
  orphan: ['orphans', 'devices'],
  reservation: ['reservations'],
  reservation_series: ['reservations'],
  reservation_terms: ['reservations'],
  waitlist: ['reservations'],
  alarm: ['alarms', 'dashboard'],
  alarm_rules: ['alarms'],
  display: ['displays', 'downlinks'],
  downlink: ['downlinks', 'displays'],
};

/** Lists that count bays by their states; the bays themselves are changed in place. */
const COUNTED = ['sites', 'levels', 'dashboard'];

/** A busy morning asks for everything anew this often and no oftener. */
const REST_MS = 2_000;
const FIRST_MS = 150;

/** Gathers what is to be asked for anew, and asks after a moment; what comes meanwhile waits. */
export function createGather(ask: (names: string[]) => void) {
  const names = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;

  function flush() {
    timer = undefined;
    askedAt = performance.now();
    const asked = [...names];
    names.clear();
    ask(asked);
  }

  return {
    add: (more: readonly string[]) => {
      for (const name of more) names.add(name);
      if (names.size === 0) return;
      timer ??= setTimeout(flush, Math.max(FIRST_MS, askedAt + REST_MS - performance.now()));
    },
    stop: () => clearTimeout(timer),
  };
}

/** What comes this close together is shown together: pages with thousands of bays are drawn once. */
const TOGETHER_MS = 50;

/** Gathers what was heard of each thing, the last word of each, and hands it on in drops. */
export function createDrops<Heard>(show: (heard: ReadonlyMap<string, Heard>) => void) {
  let heard = new Map<string, Heard>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush() {
    timer = undefined;
    const drop = heard;
    heard = new Map();
    show(drop);
  }

  return {
    add: (more: ReadonlyMap<string, Heard>) => {
      for (const [id, one] of more) heard.set(id, one);
      timer ??= setTimeout(flush, TOGETHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Hears what happens in the tenant for as long as somebody is signed in and may. */
export function useLive(): void {
  const queryClient = useQueryClient();
  const me = useMe();
  const tenantId = me.tenant.id;
  // The platform looks at all tenants, and hears of none.
  const isHeard = me.tenant.kind !== 'platform' && can(me, 'spaces:read');
  useEffect(() => {
    if (!isHeard) return;
    const gather = createGather((names) => {
      for (const name of names) void queryClient.invalidateQueries({ queryKey: [tenantId, name] });
    });
    const drops = createDrops((bays: ReadonlyMap<string, LiveBay>) => {
      showBays(queryClient, tenantId, bays);
      gather.add(COUNTED);
    });
    const lamps = createDrops((heard: ReadonlyMap<string, LiveLamp>) =>
      showLamps(queryClient, tenantId, heard),
    );
    const close = liveStore.open({
      onBays: drops.add,
      onLamp: (lamp) => {
        lamps.add(new Map([[lamp.id, lamp]]));
        // The commands that it follows from are listed elsewhere.
        gather.add(['downlinks']);
      },
      onHint: ({ subject_type }) => gather.add(TOUCHED[subject_type] ?? []),
      onLost: () => gather.add(['spaces', 'displays']),
      onGap: () => gather.add([...ESTATE_KEYS, 'alarms', 'reservations', 'displays']),
    });
    return () => {
      gather.stop();
      drops.stop();
      lamps.stop();
      close();
    };
  }, [queryClient, tenantId, isHeard]);
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(liveStore.subscribe, liveStore.get);
}

/** Whether what is shown of bays is how they are now, as far as anybody can know. */
export function useIsFresh(): boolean {
  const state = useLiveState();
  return useFromNow((now) => isFresh(state, now));
}
