import { NavLink } from 'react-router';
import styles from './TabLinks.module.css';

type Props = { label: string; tabs: { to: string; label: string; end?: boolean }[] };

/** Parts of one subject, each with its own address. */
export function TabLinks({ label, tabs }: Props) {
  return (
    <nav aria-label={label} className={styles.tabs}>
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
