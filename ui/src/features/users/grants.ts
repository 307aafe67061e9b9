import type { Me, Role } from '@/api/types';
import { can } from '@/app/session/permissions';

/** Roles this caller may give or take; mirrors "nobody grants above their own role" of the server. */
export function grantableRoles(me: Pick<Me, 'permissions'>): Role[] {
  if (!can(me, 'users:manage')) return [];
  const roles: Role[] = ['viewer', 'operator', 'admin'];
  return can(me, 'owners:manage') ? [...roles, 'owner'] : roles;
}

export type MemberRefusal = 'notAllowed' | 'isOwner';

/** Why this caller may not change that member, if so. */
export function memberRefusal(me: Pick<Me, 'permissions'>, memberRole: Role): MemberRefusal | null {
  if (!can(me, 'users:manage')) return 'notAllowed';
  if (memberRole === 'owner' && !can(me, 'owners:manage')) return 'isOwner';
  return null;
}
