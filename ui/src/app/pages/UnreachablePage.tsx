import { useTranslation } from 'react-i18next';
import type { Problem } from '@/api/problem';
import { PageHeader } from '@/components/PageHeader';
import { ProblemAlert } from '@/components/ProblemAlert';
import styles from './pages.module.css';

/** The session could not be looked up: nothing is known yet, so nothing is shown. */
export function UnreachablePage({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <main className={styles.alone}>
      <div className={styles.panel}>
        <PageHeader title={t('unreachable.title')} intro={t('unreachable.text')} />
        <ProblemAlert error={problem} onRetry={onRetry} />
      </div>
    </main>
  );
}
