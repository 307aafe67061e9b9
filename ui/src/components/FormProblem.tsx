import { useEffect, useRef } from 'react';
import styles from './FormProblem.module.css';
import { ProblemAlert } from './ProblemAlert';

type Props = { error: unknown; shownFields: readonly string[]; onRetry?: () => void };

/** A refusal above a form higher than the screen: one who has just pressed "Save" stands below it. */
export function FormProblem({ error, shownFields, onRetry }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const isInField = shownFields.length > 0;

  // The page's scroll position is the browser's. A fault in a field has the focus and stays in sight.
  useEffect(() => {
    if (error && !isInField) place.current?.scrollIntoView({ block: 'nearest' });
  }, [error, isInField]);

  if (!error) return null;
  return (
    <div ref={place} className={styles.problem}>
      <ProblemAlert error={error} shownFields={shownFields} onRetry={onRetry} />
    </div>
  );
}
