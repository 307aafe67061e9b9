import { useSyncExternalStore } from 'react';

/** One clock for everything on screen that counts; it stops when nobody looks. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** What follows from the time of day; draws again only when that changes, not every second. */
export function useFromNow<Value extends string | number | boolean>(
  pick: (now: number) => Value,
): Value {
  return useSyncExternalStore(subscribe, () => pick(now));
}
