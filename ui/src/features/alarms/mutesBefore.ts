import type { Alarm } from '@/api/types';

type Muted = { ids: string[]; minutes: number; reason?: string };
type Before = Pick<Alarm, 'id' | 'muted_until' | 'mute_reason'>;

/** How alarms were muted before they were all muted alike: those that were not, and the others with how
 * long they had left and why. */
export function mutesBefore(
  alarms: readonly Before[],
  now: number,
): { heard: string[]; muted: Muted[] } {
  const heard: string[] = [];
  const alike = new Map<string, Muted>();
  for (const { id, muted_until, mute_reason } of alarms) {
    const left = muted_until ? Math.ceil((Date.parse(muted_until) - now) / 60_000) : 0;
    if (left < 1) {
      heard.push(id);
      continue;
    }
    const key = JSON.stringify([left, mute_reason ?? null]);
    const known = alike.get(key);
    if (known) known.ids.push(id);
    else
      alike.set(key, { ids: [id], minutes: left, ...(mute_reason ? { reason: mute_reason } : {}) });
  }
  return { heard, muted: [...alike.values()] };
}
