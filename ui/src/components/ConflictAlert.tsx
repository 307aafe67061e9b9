import { Alert, Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './ConflictAlert.module.css';

export type ClashRow = { field: string; label: string; theirs: string; isBoth: boolean };

type Props = {
  rows: ClashRow[];
  isSending: boolean;
  /** Saves what was typed here, and leaves the other changes as they are. */
  onKeepMine: () => void;
  /** Forgets what was typed here. */
  onTakeTheirs: () => void;
};

/** Somebody was faster: what they changed, and the two ways on. Nothing typed is lost before one chooses. */
export function ConflictAlert({ rows, isSending, onKeepMine, onTakeTheirs }: Props) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' });
    place.current?.focus();
  }, []);
  return (
    <div ref={place} tabIndex={-1} className={styles.place}>
      <Alert
        type="warning"
        showIcon
        title={t('conflict.title')}
        description={
          <div className={styles.body}>
            {rows.length === 0 ? (
              <span>{t('conflict.elsewhere')}</span>
            ) : (
              <ul className={styles.rows}>
                {rows.map(({ field, label, theirs, isBoth }) => (
                  <li key={field}>
                    <strong>{label}</strong>: {theirs || t('conflict.nothing')}
                    {isBoth && <span className={styles.both}> {t('conflict.both')}</span>}
                  </li>
                ))}
              </ul>
            )}
            <div className={styles.buttons}>
              <Button type="primary" loading={isSending} onClick={onKeepMine}>
                {t('conflict.keepMine')}
              </Button>
              <Button onClick={onTakeTheirs}>{t('conflict.takeTheirs')}</Button>
            </div>
          </div>
        }
      />
    </div>
  );
}
