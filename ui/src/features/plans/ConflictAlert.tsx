import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Space } from '@/api/types';
import type { Drawing } from './drawing';
import styles from './plans.module.css';
import type { Saving } from './useSaving';

const NAMED_MAX = 12;

type Props = { saving: Saving; bays: readonly Space[]; drawing: Drawing };

/** Which bays two people have drawn, and whose outlines are to stay. */
export function ConflictAlert({ saving: { conflicts, settle }, bays, drawing }: Props) {
  const { t } = useTranslation();
  if (conflicts.length === 0) return null;
  const codes = conflicts.map(
    (id) =>
      bays.find((bay) => bay.id === id)?.code ??
      drawing.find(({ spaceId }) => spaceId === id)?.code ??
      id,
  );
  const named = codes.slice(0, NAMED_MAX).join(', ');
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      className={styles.alert}
      title={t('plan.conflictTitle')}
      description={
        <>
          <p className={styles.conflictText}>
            {codes.length > NAMED_MAX
              ? t('plan.conflictMore', { codes: named, n: codes.length - NAMED_MAX })
              : t('plan.conflict', { codes: named })}
          </p>
          <div className={styles.buttons}>
            <Button onClick={() => settle('mine')}>{t('plan.keepMine')}</Button>
            <Button onClick={() => settle('theirs')}>{t('plan.takeTheirs')}</Button>
          </div>
        </>
      }
    />
  );
}
