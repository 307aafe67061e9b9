import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { asProblem } from '@/api/problem';
import type { Webhook } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { Age, Moment } from '@/components/Moment';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Deliveries } from './Deliveries';
import { DeliveryDrawer } from './DeliveryDrawer';
import { webhookQuery } from './queries';
import { useTrouble, WebhookStatus } from './status';
import { WebhookActions } from './WebhookActions';
import styles from './webhooks.module.css';

export default function WebhookPage() {
  const { t } = useTranslation();
  const { webhookId: id = '' } = useParams();
  const query = useQuery(webhookQuery(useTenantId(), id));
  const [delivery, setDelivery] = useOpenParam('delivery');
  const testButton = useRef<HTMLButtonElement>(null);
  const back = <Link to={paths.webhooks()}>{t('webhooks.back')}</Link>;

  if (query.isPending) return <PageSkeleton />;
  if (!query.data) {
    return (
      <>
        <PageHeader title={t('webhooks.one')} intro={back} />
        <ProblemAlert
          error={query.error}
          onRetry={asProblem(query.error).status === 404 ? undefined : () => void query.refetch()}
        />
      </>
    );
  }
  const { webhook } = query.data;
  return (
    <>
      <PageHeader
        title={webhook.name}
        intro={back}
        actions={
          <WebhookActions tagged={query.data} testButton={testButton} onTested={setDelivery} />
        }
      />
      <div className={styles.layout}>
        <Panel title={t('webhooks.health')} extra={<DataAge query={query} />}>
          <HealthFacts webhook={webhook} />
        </Panel>
        <Deliveries webhook={webhook} onOpen={setDelivery} />
      </div>
      <DeliveryDrawer
        deliveryId={delivery}
        isDisabled={webhook.status === 'disabled'}
        onClose={() => setDelivery(null)}
      />
    </>
  );
}

function HealthFacts({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const trouble = useTrouble();
  const { last_success_at, last_failure_at, previous_secret_until } = webhook;
  return (
    <Facts>
      <Fact label={t('fields.status')}>
        <WebhookStatus webhook={webhook} />
      </Fact>
      <Fact label={t('webhooks.url')}>
        <code>{webhook.url}</code>
      </Fact>
      <Fact label={t('webhooks.events')}>
        <span className={styles.tags}>
          {webhook.event_types.map((wish) => (
            <span key={wish} className={styles.tag}>
              {wish}
            </span>
          ))}
        </span>
      </Fact>
      <Fact label={t('webhooks.waiting')}>{formats.number(webhook.waiting)}</Fact>
      <Fact label={t('webhooks.lastSuccess')}>
        {last_success_at ? <Age at={last_success_at} /> : t('common.never')}
      </Fact>
      {last_failure_at && (
        <Fact label={t('webhooks.lastFailure')}>
          <Age at={last_failure_at} />
          <span className={styles.second}>{trouble(webhook.last_error)}</span>
        </Fact>
      )}
      {previous_secret_until && (
        <Fact label={t('webhooks.previousUntil')}>
          <Moment at={previous_secret_until} />
        </Fact>
      )}
      <Fact label={t('webhooks.createdBy')}>
        {webhook.created_by?.name ?? t('common.unknown')}, <Moment at={webhook.created_at} />
      </Fact>
    </Facts>
  );
}
