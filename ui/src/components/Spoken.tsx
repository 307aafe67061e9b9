import type { ReactNode } from 'react';
import styles from './Spoken.module.css';

/** Words for assistive technology only. */
export function Spoken({ children }: { children: ReactNode }) {
  return <span className={styles.spoken}>{children}</span>;
}
