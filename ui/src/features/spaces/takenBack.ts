import type { OverrideKind, Space, SpaceChange, SpaceStateChange } from '@/api/types';

type Group = { ids: string[]; change: SpaceChange };
type Outlines = { level_id: string; outlines: { id: string; shape: number[][] }[] };

/** Requests that give bays back what a change took from them, as few as there are different bays. */
export function takenBack(
  spaces: readonly Space[],
  change: SpaceChange,
): { changes: Group[]; outlines: Outlines[] } {
  const groups = new Map<string, Group>();
  const plans = new Map<string, Outlines>();
  for (const space of spaces) {
    const before = Object.fromEntries(
      Object.keys(change).map((name) => [name, space[name as keyof Space] ?? null]),
    ) as SpaceChange;
    const key = JSON.stringify(before);
    const group = groups.get(key) ?? { ids: [], change: before };
    group.ids.push(space.id);
    groups.set(key, group);
    // Whoever leaves a level leaves its plan.
    if (change.level_id === null && space.level_id && space.shape) {
      const { level_id, shape } = space;
      const plan = plans.get(level_id) ?? { level_id, outlines: [] };
      plan.outlines.push({ id: space.id, shape });
      plans.set(level_id, plan);
    }
  }
  return { changes: [...groups.values()], outlines: [...plans.values()] };
}

/** What takes a bay out of use as it was, the running part of it from now on. */
export function takenOutAgain(overrides: Space['overrides'], now: number): SpaceStateChange[] {
  return overrides.map(({ kind, reason, notes, starts_at, ends_at }) => ({
    state: 'maintenance',
    kind: kind as OverrideKind,
    reason,
    ...(notes ? { notes } : {}),
    ...(Date.parse(starts_at) > now ? { starts_at } : {}),
    ...(ends_at ? { ends_at } : {}),
  }));
}
