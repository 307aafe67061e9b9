import { useTranslation } from 'react-i18next';
import { useFormats } from '@/components/format';
import { CheckCircleFilled, DisconnectOutlined, WarningFilled } from '@/components/icons';
import { Spoken } from '@/components/Spoken';
import { useIsFresh, useLiveState } from '../session/useLive';
import styles from './ConnectionState.module.css';
import { useIsOnline } from './connection';
import { useServerVersion } from './version';

/** Whether one sees what happens as it happens, and since when one does not. */
export function ConnectionState({ isCompact }: { isCompact: boolean }) {
  const version = useServerVersion();
  const { words, tone } = useConnectionWords();
  return (
    <span className={styles[tone]} title={isCompact ? words : undefined}>
      {tone === 'online' && <CheckCircleFilled />}
      {tone === 'offline' && <DisconnectOutlined />}
      {tone === 'late' && <WarningFilled />}
      {isCompact ? <Spoken>{words}</Spoken> : words}
      {!isCompact && version && <span className={styles.version}>{version}</span>}
    </span>
  );
}

function useConnectionWords(): { words: string; tone: 'online' | 'offline' | 'late' } {
  const { t } = useTranslation();
  const formats = useFormats();
  const isOnline = useIsOnline();
  const { status, freshAt } = useLiveState();
  const isFresh = useIsFresh();
  if (!isOnline) return { words: t('connection.offline'), tone: 'offline' };
  if (isFresh) return { words: t('connection.live'), tone: 'online' };
  if (status === 'off' || (status === 'connecting' && freshAt === null))
    return { words: t('connection.online'), tone: 'online' };
  if (freshAt === null) return { words: t('connection.reconnecting'), tone: 'late' };
  return { words: t('connection.notLiveSince', { at: formats.clock(freshAt) }), tone: 'late' };
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
