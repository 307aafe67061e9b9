import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './bars.module.css';
import { useIsServerNewer } from './version';

export function VersionNotice() {
  const { t } = useTranslation();
  const isNewer = useIsServerNewer();
  const [isPutOff, setIsPutOff] = useState(false);
  return (
    <div role="status">
      {isNewer && !isPutOff && (
        <div className={styles.version}>
          <span>{t('version.newer')}</span>
          <span className={styles.buttons}>
            <Button size="small" type="primary" onClick={() => window.location.reload()}>
              {t('version.reload')}
            </Button>
            <Button size="small" onClick={() => setIsPutOff(true)}>
              {t('version.later')}
            </Button>
          </span>
        </div>
      )}
    </div>
  );
}
