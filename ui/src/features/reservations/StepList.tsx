import { useTranslation } from 'react-i18next';
import { CheckOutlined } from '@/components/icons';
import type { StepName } from './booking';
import styles from './booking.module.css';

type Props = {
  steps: readonly StepName[];
  step: StepName;
  canTurnTo: (step: StepName) => boolean;
  onTurn: (step: StepName) => void;
};

/** The steps, which one is at, and the way back to the others. */
export function StepList({ steps, step, canTurnTo, onTurn }: Props) {
  const { t } = useTranslation();
  const at = steps.indexOf(step);
  return (
    <ol className={styles.steps} aria-label={t('booking.stepsLabel')}>
      {steps.map((name, n) => (
        <li key={name} aria-current={name === step ? 'step' : undefined}>
          <button
            type="button"
            className={name === step ? styles.stepHere : styles.step}
            disabled={!canTurnTo(name)}
            onClick={() => onTurn(name)}
          >
            <span className={styles.number} aria-hidden="true">
              {n < at ? <CheckOutlined /> : n + 1}
            </span>
            {t(`booking.short.${name}`)}
          </button>
        </li>
      ))}
    </ol>
  );
}
