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
  | 'audit:read'
  | 'data:export'
  | 'tenants:read'
  | 'tenants:manage';

export function can(me: Pick<Me, 'permissions'>, permission: Permission): boolean {
  return me.permissions.includes(permission);
}

export function useCan(permission: Permission): boolean {
  return can(useMe(), permission);
}
