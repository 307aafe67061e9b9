import { QueryClientProvider } from '@tanstack/react-query';
import { App as AntdApp, ConfigProvider } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router/dom';
import { createQueryClient, forgetOtherTenants } from '@/api/queryClient';
import { sessionStore } from '@/api/session';
import type { Language } from '@/api/types';
import { LoadingOutlined } from '@/components/icons';
import { antdLocale, setLanguage } from '@/i18n';
import { antdThemeFor } from '@/theme/antdTheme';
import { paint, setThemePreference, useIsMotionReduced, useScheme } from '@/theme/preference';
import { createRouter } from './routes';

const TOASTS_ID = 'toasts';

/** Menus and calendars open inside the landmark their button stands in, not behind the page. */
function popupHome(trigger?: HTMLElement): HTMLElement {
  return (
    trigger?.closest<HTMLElement>('[role="dialog"]') ??
    trigger?.closest<HTMLElement>('main, header, nav') ??
    document.body
  );
}

function toastHome(): HTMLElement {
  return document.getElementById(TOASTS_ID) ?? document.body;
}

export function App() {
  const { t, i18n } = useTranslation();
  const scheme = useScheme();
  const isMotionReduced = useIsMotionReduced();
  const [queryClient] = useState(createQueryClient);
  const [router] = useState(createRouter);
  const theme = useMemo(() => antdThemeFor(scheme, isMotionReduced), [scheme, isMotionReduced]);

  // The document is outside of React: its colours follow the scheme.
  useEffect(() => paint(scheme), [scheme]);

  // The session is outside of React too. Its tenant decides which cache may live, and its user's
  // language and theme win over what this browser remembered from somebody else.
  useEffect(() => {
    let seen: string | null = null;
    function follow() {
      const state = sessionStore.get();
      const session = state.status === 'signed_in' ? state.session : null;
      forgetOtherTenants(queryClient, session?.tenant.id ?? null);
      if (session && session.user.id !== seen) {
        void setLanguage(session.user.language);
        setThemePreference(session.user.theme);
      }
      seen = session?.user.id ?? null;
    }
    follow();
    return sessionStore.subscribe(follow);
  }, [queryClient]);

  return (
    <ConfigProvider
      theme={theme}
      locale={antdLocale(i18n.language as Language)}
      form={{ requiredMark: 'optional', scrollToFirstError: { focus: true } }}
      button={{ autoInsertSpace: false, loadingIcon: <LoadingOutlined spin /> }}
      getPopupContainer={popupHome}
    >
      <section id={TOASTS_ID} aria-label={t('toasts.label')} />
      <AntdApp
        component={false}
        message={{ getContainer: toastHome }}
        notification={{ placement: 'bottomRight', getContainer: toastHome }}
      >
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntdApp>
    </ConfigProvider>
  );
}
