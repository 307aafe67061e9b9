import type { ReactNode } from 'react';
import {
  CheckCircleFilled,
  ClockCircleFilled,
  CloseCircleFilled,
  ExclamationCircleFilled,
  MinusCircleFilled,
} from './icons';
import styles from './StatusTag.module.css';

export type Tone = 'good' | 'waiting' | 'warning' | 'bad' | 'quiet';

const icons: Record<Tone, ReactNode> = {
  good: <CheckCircleFilled />,
  waiting: <ClockCircleFilled />,
  warning: <ExclamationCircleFilled />,
  bad: <CloseCircleFilled />,
  quiet: <MinusCircleFilled />,
};

/** A state as shape, word and colour; never colour alone. */
export function StatusTag({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`${styles.tag} ${styles[tone]}`}>
      {icons[tone]}
      {children}
    </span>
  );
}
