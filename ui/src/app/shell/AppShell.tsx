import { Drawer } from 'antd';
import { Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useNavigation } from 'react-router';
import { useIsNarrow } from '@/components/mediaQuery';
import { PageSkeleton } from '@/components/PageSkeleton';
import { useIsKiosk } from '../session/kiosk';
import { useMe } from '../session/me';
import { useLive } from '../session/useLive';
import { ActingBar } from './ActingBar';
import styles from './AppShell.module.css';
import { CommandPalette } from './CommandPalette';
import { OfflineBar } from './ConnectionState';
import { useIsNavCollapsed } from './navPreference';
import { SideNav } from './SideNav';
import { useSwitchNotice } from './switchNotice';
import { TopBar } from './TopBar';
import { VersionNotice } from './VersionNotice';

const CONTENT_ID = 'content';

/** A key pressed while typing is text, not a command. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

export function AppShell() {
  const { t } = useTranslation();
  const me = useMe();
  const isNarrow = useIsNarrow();
  const [isCollapsed, setIsCollapsed] = useIsNavCollapsed();
  const [isNavOpen, setIsNavOpen] = useState(false);
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  useSwitchNotice(me);
  useLive();
  const isLoading = useNavigation().state === 'loading';
  const isKiosk = useIsKiosk();

  // Shortcuts belong to the whole window, which React does not render.
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setIsPaletteOpen((isOpen) => !isOpen);
      } else if (event.key === '/' && !event.ctrlKey && !event.metaKey && !isTyping(event.target)) {
        event.preventDefault();
        const field = document.querySelector<HTMLInputElement>('input[data-search-field]');
        if (field) field.focus();
        else setIsPaletteOpen(true);
      }
    }
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className={me.acting ? styles.actingFrame : styles.frame}>
      <a href={`#${CONTENT_ID}`} className={styles.skip}>
        {t('nav.skip')}
      </a>
      {me.acting && <ActingBar me={me} acting={me.acting} />}
      <div className={styles.columns}>
        {!isNarrow && !isKiosk && (
          <div className={styles.side}>
            <SideNav isCollapsed={isCollapsed} onCollapse={setIsCollapsed} />
          </div>
        )}
        <div className={styles.main}>
          <div className={isLoading ? styles.progress : undefined} aria-hidden="true" />
          {!isKiosk && (
            <TopBar
              onOpenNav={isNarrow ? () => setIsNavOpen(true) : undefined}
              onOpenPalette={() => setIsPaletteOpen(true)}
            />
          )}
          <VersionNotice />
          <OfflineBar />
          <main id={CONTENT_ID} className={isKiosk ? styles.wall : styles.content} tabIndex={-1}>
            <Suspense fallback={<PageSkeleton />}>
              <Outlet />
            </Suspense>
          </main>
        </div>
      </div>
      <Drawer
        open={isNarrow && isNavOpen}
        onClose={() => setIsNavOpen(false)}
        placement="left"
        size={268}
        closable={false}
        title={null}
        aria-label={t('nav.label')}
        classNames={{ body: styles.drawer }}
      >
        <SideNav onFollow={() => setIsNavOpen(false)} />
      </Drawer>
      <CommandPalette isOpen={isPaletteOpen} onClose={() => setIsPaletteOpen(false)} />
    </div>
  );
}
