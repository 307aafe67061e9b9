import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useFormats } from '@/components/format';
import { SafetyCertificateOutlined } from '@/components/icons';
import { ProblemAlert } from '@/components/ProblemAlert';
import styles from './auditLog.module.css';
import { useVerifyAuditLog } from './queries';

/** Each entry carries the hash of the one before; the server walks the chain and tells. */
export function VerifyChain() {
  const { t } = useTranslation();
  const formats = useFormats();
  const { mutate, isPending, data, error } = useVerifyAuditLog();
  return (
    <section className={styles.chain} aria-label={t('audit.chain')}>
      <div className={styles.chainWords}>
        <span className={styles.chainText}>
          <SafetyCertificateOutlined className={styles.chainIcon} />
          {t('audit.chainText')}
        </span>
        <Button size="small" loading={isPending} onClick={() => mutate()}>
          {t('audit.verify')}
        </Button>
      </div>
      <div role="status">
        {data?.is_intact && (
          <Alert
            type="success"
            showIcon
            title={t('audit.intact', {
              count: data.checked,
              formatted: formats.number(data.checked),
            })}
          />
        )}
        {data && !data.is_intact && (
          <Alert
            type="error"
            showIcon
            title={t('audit.broken', { seq: data.first_fault?.seq ?? '?' })}
            description={
              data.first_fault && `${data.first_fault.kind}: ${data.first_fault.message}`
            }
          />
        )}
        {error && <ProblemAlert error={error} onRetry={() => mutate()} />}
      </div>
    </section>
  );
}
