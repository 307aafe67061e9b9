import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRoleName } from '@/components/roles';
import { paths } from '../paths';
import { useMe } from '../session/me';
import type { Permission } from '../session/permissions';
import { StatePage } from './StatePage';

export function ForbiddenPage({ permission }: { permission: Permission }) {
  const { t } = useTranslation();
  const me = useMe();
  const roleName = useRoleName();
  return (
    <StatePage title={t('forbidden.title')}>
      <p>
        {permission.startsWith('tenants:')
          ? t('forbidden.platformText')
          : t('forbidden.text', { role: roleName(me.role), tenant: me.tenant.name })}
      </p>
      <p>
        {t('forbidden.permission')} <code>{permission}</code>
      </p>
      <Link to={paths.home()}>{t('common.toHome')}</Link>
    </StatePage>
  );
}
