import { useTranslation } from 'react-i18next';
import type { Me } from '@/api/types';
import { useMe } from './me';

/**
 * The permissions this UI asks about. Which role suffices is the server's table
 * (parking-domain/access.rs); here it is only read off `me.permissions`.
 */
export type Permission =
  | 'tenant:read'
  | 'tenant:update'
  | 'users:read'
  | 'users:manage'
  | 'api_keys:manage'
  | 'webhook_secrets:manage'
  | 'webhooks:manage'
  | 'audit:read'
  | 'data:export'
  | 'tenants:read'
  | 'tenants:manage'
  | 'sites:read'
  | 'sites:manage'
  | 'spaces:read'
  | 'spaces:manage'
  | 'spaces:override'
  | 'displays:manage'
  | 'reservations:read'
  | 'reservations:book'
  | 'reservations:people'
  | 'reservations:terms'
  | 'reservations:import'
  | 'people:manage'
  | 'alarms:read'
  | 'alarms:handle'
  | 'alarms:manage'
  | 'devices:read'
  | 'devices:manage'
  | 'devices:assign'
  | 'displays:read'
  | 'displays:test'
  | 'displays:command'
  | 'telemetry:read'
  | 'imports:manage'
  | 'dashboard:read';

export function can(me: Pick<Me, 'permissions'>, permission: Permission): boolean {
  return me.permissions.includes(permission);
}

export function useCan(permission: Permission): boolean {
  return can(useMe(), permission);
}

/** What of the estate operators may do too, for the words of a refusal. */
const forOperators: readonly Permission[] = [
  'spaces:override',
  'devices:assign',
  'alarms:handle',
  'displays:test',
  'reservations:book',
];

/**
 * Why the caller may not change the estate, or null if they may. With the platform's own tenant
 * selected everybody's things are shown, and the server changes none of them.
 */
export function useEstateRefusal(permission: Permission): string | null {
  const { t } = useTranslation();
  const me = useMe();
  if (me.tenant.kind === 'platform') return t('estate.platformReads');
  if (can(me, permission)) return null;
  return forOperators.includes(permission) ? t('estate.operatorsOnly') : t('estate.adminsOnly');
}
