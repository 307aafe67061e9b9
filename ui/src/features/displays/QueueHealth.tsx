import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import styles from './displays.module.css';
import { queueHealthQuery } from './queries';

/** What is not well about the queue of commands; nothing, while all is well. */
export function QueueHealth() {
  const { t, i18n } = useTranslation();
  const health = useQuery(queueHealthQuery(useTenantId())).data;
  if (!health || health.warnings.length === 0) return null;
  const word = (code: string) =>
    i18n.exists(`downlinks.warnings.${code}`)
      ? t(`downlinks.warnings.${code as 'queue_deep'}`)
      : code;
  return (
    <Alert
      className={styles.alert ?? ''}
      type={health.status === 'unhealthy' ? 'error' : 'warning'}
      showIcon
      title={health.warnings.map(word).join(' ')}
      {...(health.dead_letter_depth > 0 && {
        description: (
          <Link to={paths.downlinks({ status: 'failed' })}>
            {t('downlinks.deadLetters', { count: health.dead_letter_depth })}
          </Link>
        ),
      })}
    />
  );
}
