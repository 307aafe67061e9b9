import type { TenantRole } from '@/api/types';
import { can } from '@/app/session/permissions';
import { reaches, roles } from '@/components/roles';

type Granter = { permissions: string[]; role: string };

/** Roles this caller may give or take; mirrors the server's "nobody above their own" (role_too_high). */
export function grantableRoles(me: Granter): TenantRole[] {
  if (!can(me, 'users:manage')) return [];
  return roles.filter((role) => reaches(me.role, role));
}

type MemberRefusal = 'notAllowed' | 'aboveOwn';

/** Why this caller may not change that member, if so. */
export function memberRefusal(me: Granter, memberRole: string): MemberRefusal | null {
  if (!can(me, 'users:manage')) return 'notAllowed';
  return reaches(me.role, memberRole) ? null : 'aboveOwn';
}
