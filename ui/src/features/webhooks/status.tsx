import { useTranslation } from 'react-i18next';
import type { Webhook, WebhookDelivery } from '@/api/types';
import { Age } from '@/components/Moment';
import { StatusTag, type Tone } from '@/components/StatusTag';
import styles from './webhooks.module.css';

const tones: Record<Webhook['status'], Tone> = {
  untried: 'quiet',
  healthy: 'good',
  failing: 'warning',
  paused: 'bad',
  disabled: 'quiet',
};

const deliveryTones: Record<WebhookDelivery['status'], Tone> = {
  pending: 'waiting',
  delivered: 'good',
  failed: 'bad',
  expired: 'bad',
};

const reasons = ['person', 'gone', 'failing'] as const;
const troubles = [
  'refused',
  'redirected',
  'gone',
  'timeout',
  'not_connected',
  'name_unknown',
  'address_refused',
  'tls_failed',
  'broken_answer',
  'secret_lost',
] as const;

/** How an endpoint does, and since when or until when. */
export function WebhookStatus({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation();
  const { status, disabled_reason, paused_until, failing_since } = webhook;
  const reason = reasons.find((known) => known === disabled_reason);
  return (
    <>
      <StatusTag tone={tones[status]}>{t(`webhooks.statuses.${status}`)}</StatusTag>
      {status === 'disabled' && reason && (
        <span className={styles.second}>{t(`webhooks.reasons.${reason}`)}</span>
      )}
      {status === 'paused' && paused_until && (
        <span className={styles.second}>
          {t('webhooks.nextProbe')} <Age at={paused_until} />
        </span>
      )}
      {status === 'failing' && failing_since && (
        <span className={styles.second}>
          {t('webhooks.failingSince')} <Age at={failing_since} />
        </span>
      )}
    </>
  );
}

export function DeliveryStatusTag({ status }: { status: WebhookDelivery['status'] }) {
  const { t } = useTranslation();
  return (
    <StatusTag tone={deliveryTones[status]}>{t(`webhooks.deliveryStatuses.${status}`)}</StatusTag>
  );
}

/** What went wrong, in words; one that is not known is shown as the server calls it. */
export function useTrouble() {
  const { t } = useTranslation();
  return (error: string | null | undefined, status?: number | null): string | null => {
    if (!error) return null;
    const known = troubles.find((name) => name === error);
    if (!known) return error;
    return t(`webhooks.troubles.${known}`, { status: status ?? '' });
  };
}
