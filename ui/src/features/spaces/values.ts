import type { BayKind, Space, SpaceChange } from '@/api/types';

/** What whole rows of bays have in common, as a form holds it. */
export type TraitValues = {
  level_id?: string;
  zone_id?: string;
  kind: BayKind;
  is_reservable: boolean;
  auto_release_minutes?: number | null;
};
export type SpaceValues = TraitValues & { code: string; name?: string };

export const traitFields = [
  'level_id',
  'zone_id',
  'kind',
  'is_reservable',
  'auto_release_minutes',
] as const satisfies readonly (keyof TraitValues)[];

export const usualTraits: TraitValues = { kind: 'general', is_reservable: true };

export function valuesOf(space: Space): SpaceValues {
  return {
    code: space.code,
    name: space.name ?? '',
    ...(space.level_id ? { level_id: space.level_id } : {}),
    ...(space.zone_id ? { zone_id: space.zone_id } : {}),
    kind: space.kind,
    is_reservable: space.is_reservable,
    auto_release_minutes: space.auto_release_minutes ?? null,
  };
}

export function traitsOf(values: TraitValues): SpaceChange {
  return {
    level_id: values.level_id ?? null,
    zone_id: values.zone_id ?? null,
    kind: values.kind,
    is_reservable: values.is_reservable,
    auto_release_minutes: values.auto_release_minutes ?? null,
  };
}
