import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/app/session/me';
import { can } from '@/app/session/permissions';
import { PageHeader } from '@/components/PageHeader';
import { useRoleName } from '@/components/roles';
import { Dashboard } from './Dashboard';
import styles from './home.module.css';
import { LimitNotice } from './LimitNotice';
import { NextSteps } from './NextSteps';
import { PlatformFigures } from './PlatformFigures';
import { dashboardQuery } from './queries';
import { UsagePanel } from './UsagePanel';
import { WhoPanel } from './WhoPanel';

export default function HomePage() {
  const { t } = useTranslation();
  const me = useMe();
  const roleName = useRoleName();
  const seesFigures = can(me, 'dashboard:read');
  const dashboard = useQuery(dashboardQuery(me.tenant.id, seesFigures));
  const name = me.user?.name || me.user?.email || '';
  // Before there is a site there is nothing to count; first steps are of more use than noughts.
  const hasFigures = dashboard.isError || (dashboard.data?.counts.sites ?? 0) > 0;
  return (
    <>
      <PageHeader
        title={t('home.title', { name })}
        intro={t('home.intro', { role: roleName(me.role), tenant: me.tenant.name })}
      />
      <LimitNotice />
      {can(me, 'tenants:read') && <PlatformFigures />}
      {hasFigures && <Dashboard query={dashboard} />}
      {!(seesFigures && dashboard.isPending) && (
        <div className={styles.columns}>
          <div className={styles.wide}>
            <NextSteps me={me} counts={dashboard.data?.counts ?? null} />
            <UsagePanel />
          </div>
          <WhoPanel me={me} />
        </div>
      )}
    </>
  );
}
