import { useTranslation } from 'react-i18next';
import { useMe } from '@/app/session/me';
import { can } from '@/app/session/permissions';
import { PageHeader } from '@/components/PageHeader';
import { useRoleName } from '@/components/roles';
import styles from './home.module.css';
import { LimitNotice } from './LimitNotice';
import { NextSteps } from './NextSteps';
import { PlatformFigures } from './PlatformFigures';
import { UsagePanel } from './UsagePanel';
import { WhoPanel } from './WhoPanel';

export default function HomePage() {
  const { t } = useTranslation();
  const me = useMe();
  const roleName = useRoleName();
  const name = me.user?.name || me.user?.email || '';
  return (
    <>
      <PageHeader
        title={t('home.title', { name })}
        intro={t('home.intro', { role: roleName(me.role), tenant: me.tenant.name })}
      />
      <LimitNotice />
      {can(me, 'tenants:read') && <PlatformFigures />}
      <div className={styles.columns}>
        <div className={styles.wide}>
          <NextSteps me={me} />
          <UsagePanel />
        </div>
        <WhoPanel me={me} />
      </div>
    </>
  );
}
