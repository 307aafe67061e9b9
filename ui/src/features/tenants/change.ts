import type { Tenant, TenantChange, TenantLimits, Tier } from '@/api/types';

export const limitNames: readonly (keyof TenantLimits)[] = [
  'users',
  'sites',
  'spaces',
  'devices',
  'gateways',
  'requests_per_minute',
];

export type TenantValues = {
  name: string;
  slug: string;
  tier: Tier;
  limits?: Partial<Record<keyof TenantLimits, number | null>>;
  features?: Record<string, boolean>;
};

/** Only what was changed: a save must not undo what somebody else changed elsewhere. */
export function changeOf(tenant: Tenant, values: TenantValues): TenantChange {
  const change: TenantChange = {};
  if (values.name !== tenant.name) change.name = values.name;
  if (values.slug !== tenant.slug) change.slug = values.slug;
  if (values.tier !== tenant.tier) change.tier = values.tier;

  const limits: NonNullable<TenantChange['limits']> = {};
  for (const name of limitNames) {
    const before = tenant.limit_overrides[name] ?? null;
    const after = values.limits?.[name] ?? null;
    if (before !== after) limits[name] = after;
  }
  if (Object.keys(limits).length > 0) change.limits = limits;

  const features: Record<string, boolean> = {};
  for (const [name, isOn] of Object.entries(values.features ?? {})) {
    if (isOn !== undefined && isOn !== tenant.features[name]) features[name] = isOn;
  }
  if (Object.keys(features).length > 0) change.features = features;
  return change;
}
