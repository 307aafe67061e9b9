import type { ReactNode } from 'react';
import { PageHeader } from '@/components/PageHeader';
import styles from './pages.module.css';

/** A page that only says in which state things are. */
export function StatePage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.panel}>
      <PageHeader title={title} />
      {children}
    </div>
  );
}
