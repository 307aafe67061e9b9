import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import { fieldMessage } from '@/components/fieldMessage';
import { ProblemReference } from '@/components/ProblemAlert';
import { problemDetail, useProblemText } from '@/components/problemText';
import styles from './calendar.module.css';
import type { Words } from './useWords';

type Props = {
  error: unknown;
  /** The bay at which something was dropped. */
  code: string;
  words: Words;
  onUnderstood: () => void;
};

/** Why something lies where it lay before, in as few lines as that takes: the calendar stays in sight. */
export function RefusalAlert({ error, code, words, onUnderstood }: Props) {
  const { t } = useTranslation();
  const text = useProblemText();
  const problem = asProblem(error);
  const taken = problem.conflicts.map(({ start_time, end_time }) =>
    words.span({ start: Date.parse(start_time), end: Date.parse(end_time) }),
  );
  const reasons = [
    text(problem),
    problemDetail(t, problem),
    ...problem.errors.map(({ message }) => fieldMessage(t, message)),
    taken.length > 0 && `${t('reservations.takenTimes')} ${taken.join('; ')}`,
  ];
  return (
    <Alert
      type={problem.isTransient ? 'warning' : 'error'}
      showIcon
      className={styles.refusal}
      title={t('calendar.putBack', { code })}
      description={
        <span className={styles.reasons}>
          <span>{reasons.filter(Boolean).join(' ')}</span>
          <ProblemReference problem={problem} />
        </span>
      }
      action={<Button onClick={onUnderstood}>{t('calendar.understood')}</Button>}
    />
  );
}
