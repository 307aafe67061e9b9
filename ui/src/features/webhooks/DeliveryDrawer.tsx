import { useQuery } from '@tanstack/react-query';
import { Drawer, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import type { WholeWebhookDelivery } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { CodeBlock } from '@/components/CodeBlock';
import { CopyButton } from '@/components/CopyButton';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { ReloadOutlined } from '@/components/icons';
import { Age } from '@/components/Moment';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { deliveryQuery, useReplayDelivery } from './queries';
import { DeliveryStatusTag, useTrouble } from './status';
import styles from './webhooks.module.css';

type Props = { deliveryId: string | null; isDisabled: boolean; onClose: () => void };

/** One delivery: what is sent, what was tried, what was answered; and sending it again. */
export function DeliveryDrawer({ deliveryId, isDisabled, onClose }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const query = useQuery(deliveryQuery(useTenantId(), deliveryId ?? ''));
  const replay = useReplayDelivery();
  return (
    <Drawer
      open={deliveryId !== null}
      onClose={onClose}
      size="min(680px, 100vw)"
      title={query.data ? query.data.event_type : t('webhooks.delivery')}
      extra={
        query.data && (
          <GatedButton
            isAllowed={!isDisabled}
            reason={t('webhooks.replayDisabled')}
            icon={<ReloadOutlined />}
            loading={replay.isPending}
            onClick={() =>
              replay.mutate(query.data.id, {
                onSuccess: () => toast.done(t('webhooks.replayed', { count: 1 })),
                onError: toast.failed,
              })
            }
          >
            {t('webhooks.replay')}
          </GatedButton>
        )
      }
    >
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isLoading && <Skeleton active />}
      {query.data && deliveryId && <Details delivery={query.data} />}
    </Drawer>
  );
}

function Details({ delivery }: { delivery: WholeWebhookDelivery }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const trouble = useTrouble();
  const { status, error, response_status, next_attempt_at, message_id, attempts } = delivery;
  return (
    <div className={styles.details}>
      <Facts>
        <Fact label={t('fields.status')}>
          <DeliveryStatusTag status={status} />
          {error && <span className={styles.second}>{trouble(error, response_status)}</span>}
        </Fact>
        {status === 'pending' && next_attempt_at && (
          <Fact label={t('webhooks.nextAttempt')}>
            <Age at={next_attempt_at} />
          </Fact>
        )}
        <Fact label={t('webhooks.at')}>{formats.precise(delivery.created_at)}</Fact>
        <Fact label="webhook-id">
          <code>{message_id}</code>
          <CopyButton text={message_id} label={t('common.copyThing', { thing: 'webhook-id' })} />
        </Fact>
      </Facts>
      <h2>{t('webhooks.payload')}</h2>
      <CodeBlock label={t('webhooks.payload')} code={indented(delivery.body)} />
      <h2>{t('webhooks.attempts')}</h2>
      {attempts.length === 0 && <p className={styles.second}>{t('webhooks.noAttempts')}</p>}
      <ol className={styles.attempts}>
        {attempts.map((attempt) => (
          <li key={attempt.at} className={styles.attempt}>
            <span>
              {formats.precise(attempt.at)} · {formats.number(attempt.duration_ms)} ms
            </span>
            <strong>
              {trouble(attempt.error, attempt.response_status) ??
                t('webhooks.taken', { status: attempt.response_status })}
            </strong>
            {attempt.response && (
              <CodeBlock label={t('webhooks.response')} code={attempt.response} />
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** For reading; what is signed is the text without the room. */
function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
