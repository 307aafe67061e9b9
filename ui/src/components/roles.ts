import { useTranslation } from 'react-i18next';
import type { Role, TenantRole } from '@/api/types';

/** From least to most, within a tenant. */
export const roles: readonly TenantRole[] = ['viewer', 'operator', 'admin', 'owner'];

/** The last one exists in the platform's own tenant only. */
const ranks: readonly Role[] = [...roles, 'platform_admin'];

function isNamedRole(role: string): role is Role {
  return ranks.some((known) => known === role);
}

/** Whether one role reaches at least as far as another; what is unknown reaches nowhere. */
export function reaches(role: string, other: string): boolean {
  return isNamedRole(role) && isNamedRole(other) && ranks.indexOf(role) >= ranks.indexOf(other);
}

export function useRoleName(): (role: string) => string {
  const { t } = useTranslation();
  return (role) => (isNamedRole(role) ? t(`roles.${role}.name`) : role);
}
