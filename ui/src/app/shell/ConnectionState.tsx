import { useTranslation } from 'react-i18next';
import { CheckCircleFilled, DisconnectOutlined } from '@/components/icons';
import { Spoken } from '@/components/Spoken';
import styles from './ConnectionState.module.css';
import { useIsOnline } from './connection';
import { useServerVersion } from './version';

/** Quiet while all is well; `OfflineBar` speaks up when it is not. */
export function ConnectionState({ isCompact }: { isCompact: boolean }) {
  const { t } = useTranslation();
  const isOnline = useIsOnline();
  const version = useServerVersion();
  const words = isOnline ? t('connection.online') : t('connection.offline');
  return (
    <span
      className={isOnline ? styles.online : styles.offline}
      title={isCompact ? words : undefined}
    >
      {isOnline ? <CheckCircleFilled /> : <DisconnectOutlined />}
      {isCompact ? <Spoken>{words}</Spoken> : words}
      {!isCompact && version && <span className={styles.version}>{version}</span>}
    </span>
  );
}

export function OfflineBar() {
  const { t } = useTranslation();
  const isOnline = useIsOnline();
  return (
    <div role="status">
      {!isOnline && (
        <div className={styles.bar}>
          <DisconnectOutlined /> {t('connection.offlineText')}
        </div>
      )}
    </div>
  );
}
