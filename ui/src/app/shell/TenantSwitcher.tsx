import { App } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate } from 'react-router';
import { asProblem } from '@/api/problem';
import type { Me } from '@/api/types';
import { SwapOutlined } from '@/components/icons';
import { type Pick, PickDialog } from '@/components/PickDialog';
import { useProblemText } from '@/components/problemText';
import { useRoleName } from '@/components/roles';
import { Spoken } from '@/components/Spoken';
import { TenantMark } from '@/components/TenantMark';
import { paths } from '../paths';
import { can } from '../session/permissions';
import { useSessionActions } from '../session/useSession';
import styles from './TopBar.module.css';

/** Changes the tenant and stays on the page where it exists for everybody. */
export function useTenantSwitch() {
  const { switchTenant } = useSessionActions();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const { t } = useTranslation();
  const problemText = useProblemText();

  return async (tenant: { id: string; name: string }) => {
    try {
      await switchTenant({ tenant_id: tenant.id });
      // Filters and open drawers name things of the tenant just left.
      await navigate(pathname.startsWith(paths.tenants()) ? paths.home() : pathname);
      void message.success(t('tenantSwitch.done', { tenant: tenant.name }));
    } catch (error) {
      void message.error(problemText(asProblem(error)));
    }
  };
}

export function TenantSwitcher({ me }: { me: Me }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const switchTo = useTenantSwitch();
  const [isOpen, setIsOpen] = useState(false);
  const isOnlyOne = me.tenants.length < 2 && !me.is_platform_admin;

  const name = (
    <>
      <TenantMark id={me.tenant.id} name={me.tenant.name} />
      <span className={styles.tenantName}>
        <span className={styles.tenantTitle}>{me.tenant.name}</span>
        <span className={styles.tenantRole}>{roleName(me.role)}</span>
      </span>
    </>
  );
  if (isOnlyOne) return <div className={styles.tenant}>{name}</div>;

  const picks: Pick[] = me.tenants.map((tenant) => ({
    key: tenant.id,
    label: tenant.name,
    hint: tenant.id === me.tenant.id ? t('tenantSwitch.current') : roleName(tenant.role),
    keywords: tenant.slug,
    icon: <TenantMark id={tenant.id} name={tenant.name} />,
    group: t('tenantSwitch.yours'),
    onPick: () => {
      if (tenant.id !== me.tenant.id) void switchTo(tenant);
    },
  }));

  return (
    <>
      <button
        type="button"
        className={styles.tenantButton}
        onClick={() => setIsOpen(true)}
        aria-haspopup="dialog"
      >
        <Spoken>{t('tenantSwitch.prefix')}</Spoken>
        {name}
        <Spoken>{t('tenantSwitch.title')}</Spoken>
        <SwapOutlined className={styles.tenantArrow} />
      </button>
      <PickDialog
        title={t('tenantSwitch.title')}
        searchLabel={t('tenantSwitch.search')}
        picks={picks}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        footer={
          can(me, 'tenants:read') && (
            <Link to={paths.tenants()} onClick={() => setIsOpen(false)}>
              {t('tenantSwitch.all')}
            </Link>
          )
        }
      />
    </>
  );
}
