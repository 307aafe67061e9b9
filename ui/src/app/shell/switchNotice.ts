import { App } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { sessionStore } from '@/api/session';
import type { Me } from '@/api/types';

let lastTenantId: string | null = null;

/**
 * The tenant is the browser's, not the tab's: they share one refresh cookie. When another tab has
 * switched, this one follows, says so, and drops filters that name things of the tenant left.
 */
export function useSwitchNotice(me: Me): void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const { id, name } = me.tenant;

  // Compares with what stood here before: that is outside of what React renders now.
  useEffect(() => {
    const state = sessionStore.get();
    const isOtherTab = state.status === 'signed_in' && state.isFromOtherTab;
    if (lastTenantId !== null && lastTenantId !== id && isOtherTab) {
      void message.info(t('tenantSwitch.elsewhere', { tenant: name }));
      void navigate(pathname, { replace: true });
    }
    lastTenantId = id;
  }, [id, name, message, navigate, pathname, t]);
}
