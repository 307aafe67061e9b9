import type { ReactNode } from 'react';
import styles from './TabHead.module.css';

type Props = { intro?: string; children?: ReactNode };

/** What a page under tabs begins with: what it is about, and what can be done there. */
export function TabHead({ intro, children }: Props) {
  return (
    <div className={styles.head}>
      {intro && <p className={styles.intro}>{intro}</p>}
      {children}
    </div>
  );
}
