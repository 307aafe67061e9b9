import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem, type Problem } from '@/api/problem';
import { CopyButton } from './CopyButton';
import { fieldMessage } from './fieldMessage';
import { ReloadOutlined } from './icons';
import { useNow } from './now';
import styles from './ProblemAlert.module.css';
import { problemDetail, useProblemText } from './problemText';

type Props = {
  error: unknown;
  onRetry?: () => void;
  /** Fields whose errors the form already shows beside them. */
  shownFields?: readonly string[];
};

/** What went wrong, what to do, and what to tell support. */
export function ProblemAlert({ error, onRetry, shownFields = [] }: Props) {
  const { t } = useTranslation();
  const text = useProblemText();
  const problem = asProblem(error);
  const detail = problemDetail(t, problem);
  const loose = problem.errors.filter(({ field }) => !shownFields.includes(field));

  return (
    <Alert
      type={problem.isTransient ? 'warning' : 'error'}
      showIcon
      title={text(problem)}
      description={
        <div className={styles.body}>
          {loose.length > 0 && (
            <ul className={styles.fields}>
              {loose.map(({ field, message }) => (
                <li key={`${field}:${message}`}>
                  <code>{field}</code> {fieldMessage(t, message)}
                </li>
              ))}
            </ul>
          )}
          {problem.status === 403 && problem.detail && <span>{problem.detail}</span>}
          {detail && <span>{detail}</span>}
          <ProblemReference problem={problem} />
          {onRetry && <RetryButton key={problem.requestId} problem={problem} onRetry={onRetry} />}
          {!onRetry && problem.retryAfterSeconds !== undefined && (
            <span>{t('errors.retryAfter', { count: problem.retryAfterSeconds })}</span>
          )}
        </div>
      }
    />
  );
}

/** The code and request id, as support asks for them. */
export function ProblemReference({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  const reference = problem.requestId ? `${problem.code} ${problem.requestId}` : problem.code;
  return (
    <span className={styles.reference}>
      <span>
        {t('errors.code')} <code>{problem.code}</code>
      </span>
      {problem.requestId && (
        <span>
          {t('errors.requestId')} <code>{problem.requestId}</code>
        </span>
      )}
      <CopyButton text={reference} label={t('errors.copyReference')} />
    </span>
  );
}

function RetryButton({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  const { t } = useTranslation();
  const now = useNow();
  const [shownAt] = useState(() => Date.now());
  const waited = Math.floor((now - shownAt) / 1000);
  const left = Math.max(0, (problem.retryAfterSeconds ?? 0) - waited);
  return (
    <Button icon={<ReloadOutlined />} onClick={onRetry} disabled={left > 0} size="small">
      {left > 0 ? t('errors.retryIn', { count: left }) : t('errors.retry')}
    </Button>
  );
}
