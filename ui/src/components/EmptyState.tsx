import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

type Props = { title: string; text: ReactNode; action?: ReactNode };

/** An empty list that says what belongs here and how to begin. */
export function EmptyState({ title, text, action }: Props) {
  return (
    <div className={styles.empty}>
      <EmptyBays />
      <p className={styles.title}>{title}</p>
      <p className={styles.text}>{text}</p>
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

function EmptyBays() {
  return (
    <svg viewBox="0 0 144 56" className={styles.picture} aria-hidden="true" focusable="false">
      <path d="M2 2h140M20 2v50M55 2v50M90 2v50M125 2v50" className={styles.marking} />
      <path d="M34 42V16h6.500a8 8 0 0 1 0 16H34" className={styles.letter} />
      <rect x="63" y="12" width="19" height="34" rx="7" className={styles.slot} />
      <rect x="98" y="12" width="19" height="34" rx="7" className={styles.slot} />
    </svg>
  );
}
