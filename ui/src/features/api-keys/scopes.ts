import type { Scope } from '@/api/types';

/** Scopes an API key may carry, as the server knows them; write includes read. */
export const scopedResources = [
  'sites',
  'spaces',
  'devices',
  'reservations',
  'displays',
  'tenants',
] as const;
export const singleScopes = ['telemetry:read', 'users:read', 'webhook:ingest', 'admin:*'] as const;

type ScopedResource = (typeof scopedResources)[number];
export type Reach = 'none' | 'read' | 'write';

export function reachOf(scopes: readonly Scope[], resource: ScopedResource): Reach {
  if (scopes.includes(`${resource}:write`)) return 'write';
  return scopes.includes(`${resource}:read`) ? 'read' : 'none';
}

export function withReach(
  scopes: readonly Scope[],
  resource: ScopedResource,
  reach: Reach,
): Scope[] {
  const others = scopes.filter((scope) => !scope.startsWith(`${resource}:`));
  return reach === 'none' ? others : [...others, `${resource}:${reach}`];
}

export function withSingle(scopes: readonly Scope[], scope: Scope, isOn: boolean): Scope[] {
  const others = scopes.filter((other) => other !== scope);
  return isOn ? [...others, scope] : others;
}
