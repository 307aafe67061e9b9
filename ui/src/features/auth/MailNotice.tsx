import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { apiIndexQuery } from '@/api/installation';
import styles from './AuthLayout.module.css';

/** An installation without mail: waiting for a letter would be in vain. */
export function MailNotice() {
  const { t } = useTranslation();
  const index = useQuery(apiIndexQuery);
  if (index.data?.mail_configured !== false) return null;
  return (
    <Alert
      className={styles.alert}
      type="warning"
      showIcon
      title={t('mail.missing')}
      description={t('mail.missingText')}
    />
  );
}
