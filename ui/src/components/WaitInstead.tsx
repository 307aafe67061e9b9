import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import { isWorthWaiting } from '@/api/waitlist';
import styles from './TakenTimes.module.css';

type Props = {
  /** Why nothing was reserved. */
  error: unknown;
  isSending: boolean;
  onWait: () => void;
};

/** Whoever is refused a bay because others have it can wait for it. */
export function WaitInstead({ error, isSending, onWait }: Props) {
  const { t } = useTranslation();
  if (!error || !isWorthWaiting(asProblem(error).code)) return null;
  return (
    <Alert
      type="info"
      className={styles.alert}
      title={t('waitlist.instead')}
      description={
        <span className={styles.wait}>
          {t('waitlist.insteadText')}
          <Button loading={isSending} onClick={onWait}>
            {t('waitlist.join')}
          </Button>
        </span>
      }
    />
  );
}
