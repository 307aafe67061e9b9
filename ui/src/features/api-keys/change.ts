import dayjs, { type Dayjs } from 'dayjs';
import type { ApiKey, ApiKeyChange, Scope, TenantRole } from '@/api/types';

/** A key as its form holds it. */
export type ApiKeyValues = {
  name: string;
  role: TenantRole;
  scopes: Scope[];
  expires_at?: Dayjs | null;
  allowed_ips?: string[];
  requests_per_minute?: number | null;
};

export const apiKeyFields: readonly (keyof ApiKeyValues)[] = [
  'name',
  'role',
  'scopes',
  'expires_at',
  'allowed_ips',
  'requests_per_minute',
];

export function valuesOf(apiKey: ApiKey): ApiKeyValues {
  const { name, role, scopes, expires_at, allowed_ips, requests_per_minute } = apiKey;
  return {
    name,
    role,
    scopes,
    expires_at: expires_at ? dayjs(expires_at) : null,
    allowed_ips,
    requests_per_minute: requests_per_minute ?? null,
  };
}

/** One chooses a day; the key still works on it. */
export const endOf = (day: Dayjs): string => day.endOf('day').toISOString();

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}

/**
 * Only what was changed: the hour at which a key made by a program ends is no day of the calendar,
 * and a save that leaves the day alone must leave the hour alone too.
 */
export function changeOf(apiKey: ApiKey, values: ApiKeyValues): ApiKeyChange {
  const before = valuesOf(apiKey);
  const { name, role, scopes, expires_at = null, allowed_ips = [] } = values;
  const change: ApiKeyChange = {};
  if (name !== before.name) change.name = name;
  if (role !== before.role) change.role = role;
  if (!isSameSet(scopes, apiKey.scopes)) change.scopes = scopes;
  const isSameDay = expires_at
    ? expires_at.isSame(before.expires_at ?? null, 'day')
    : !before.expires_at;
  if (!isSameDay) change.expires_at = expires_at ? endOf(expires_at) : null;
  if (!isSameSet(allowed_ips, apiKey.allowed_ips)) change.allowed_ips = allowed_ips;
  const rate = values.requests_per_minute ?? null;
  if (rate !== before.requests_per_minute) change.requests_per_minute = rate;
  return change;
}
