import { useTranslation } from 'react-i18next';
import type { Role } from '@/api/types';

/** From least to most. */
export const roles: readonly Role[] = ['viewer', 'operator', 'admin', 'owner'];

type NamedRole = Role | 'platform_admin';

function isNamedRole(role: string): role is NamedRole {
  return role === 'platform_admin' || roles.some((known) => known === role);
}

export function useRoleName(): (role: string) => string {
  const { t } = useTranslation();
  return (role) => (isNamedRole(role) ? t(`roles.${role}.name`) : role);
}
