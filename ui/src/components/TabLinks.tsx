import { useEffect, useRef } from 'react';
import { NavLink, useLocation } from 'react-router';
import styles from './TabLinks.module.css';

type Props = { label: string; tabs: { to: string; label: string; end?: boolean }[] };

/** Parts of one subject, each with its own address. */
export function TabLinks({ label, tabs }: Props) {
  const place = useRef<HTMLElement>(null);
  const { pathname } = useLocation();

  // On a phone not all of them are in sight; the one that one is at is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time one is at another.
  useEffect(() => {
    const nav = place.current;
    const here = nav?.querySelector<HTMLElement>('[aria-current="page"]');
    if (!nav || !here) return;
    const end = here.offsetLeft + here.offsetWidth - nav.offsetLeft;
    if (end > nav.scrollLeft + nav.clientWidth) nav.scrollLeft = end - nav.clientWidth;
  }, [pathname]);

  return (
    <nav ref={place} aria-label={label} className={styles.tabs}>
      {tabs.map((tab) => (
        <NavLink
          key={tab.to}
          to={tab.to}
          end={tab.end ?? true}
          className={({ isActive }) => (isActive ? styles.current : styles.tab) ?? ''}
        >
          {tab.label}
        </NavLink>
      ))}
    </nav>
  );
}
