import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRouteError } from 'react-router';
import { asProblem, Problem } from '@/api/problem';
import { PageHeader } from '@/components/PageHeader';
import { ProblemAlert } from '@/components/ProblemAlert';
import { paths } from '../paths';
import { useSessionActions } from '../session/useSession';
import styles from './pages.module.css';

/** A page's code from before an upgrade: the server no longer has it. */
function isMissingChunk(error: unknown): boolean {
  return (
    error instanceof TypeError && /dynamically imported module|module script/i.test(error.message)
  );
}

/** The last resort: something broke that no page handles. */
export function CrashPage({ isInShell }: { isInShell?: boolean }) {
  const { t } = useTranslation();
  const error = useRouteError();
  const { signOut } = useSessionActions();
  const isOutdated = isMissingChunk(error);
  const isRefusal = error instanceof Problem;
  const panel = (
    <div className={styles.panel}>
      <PageHeader
        title={
          isOutdated
            ? t('crash.outdatedTitle')
            : isRefusal
              ? t('crash.refusedTitle')
              : t('crash.title')
        }
        intro={
          isOutdated
            ? t('crash.outdatedText')
            : isRefusal
              ? t('crash.refusedText')
              : t('crash.text')
        }
      />
      {!isOutdated && (
        <ProblemAlert
          error={
            isRefusal
              ? error
              : new Problem({ status: 0, code: 'client_error', detail: asProblem(error).message })
          }
        />
      )}
      <div className={styles.actions}>
        <Button type="primary" onClick={() => window.location.reload()}>
          {t('crash.reload')}
        </Button>
        <Button href={paths.home()}>{t('common.toHome')}</Button>
        {isRefusal && (
          <Button onClick={() => void signOut().catch(() => undefined)}>{t('nav.signOut')}</Button>
        )}
      </div>
    </div>
  );
  return isInShell ? panel : <main className={styles.alone}>{panel}</main>;
}
