import {
  CheckCircleFilled,
  ClockCircleFilled,
  CloseCircleFilled,
  ExclamationCircleFilled,
  MinusCircleFilled,
} from '@ant-design/icons';
import type { ReactNode } from 'react';
import styles from './StatusTag.module.css';

export type Tone = 'good' | 'waiting' | 'warning' | 'bad' | 'quiet';

const icons: Record<Tone, ReactNode> = {
  good: <CheckCircleFilled aria-hidden />,
  waiting: <ClockCircleFilled aria-hidden />,
  warning: <ExclamationCircleFilled aria-hidden />,
  bad: <CloseCircleFilled aria-hidden />,
  quiet: <MinusCircleFilled aria-hidden />,
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
