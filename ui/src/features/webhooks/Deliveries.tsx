import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Webhook, WebhookDelivery } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { useConfirm } from '@/components/confirm';
import { EmptyState } from '@/components/EmptyState';
import { Filters } from '@/components/Filters';
import { useFormats } from '@/components/format';
import { ReloadOutlined } from '@/components/icons';
import { type ListState, useListState } from '@/components/listState';
import { Age, Moment } from '@/components/Moment';
import { type Column, QueryTable } from '@/components/QueryTable';
import { useToast } from '@/components/toast';
import {
  type DeliveryFilter,
  deliveriesQuery,
  deliveryFilters,
  deliveryStatuses,
  eventTypesQuery,
  useReplayFailed,
} from './queries';
import { DeliveryStatusTag, useTrouble } from './status';
import styles from './webhooks.module.css';

type Props = { webhook: Webhook; onOpen: (id: string) => void };

/** What was and is to be sent, newest first. */
export function Deliveries({ webhook, onOpen }: Props) {
  const { t } = useTranslation();
  const list = useListState(deliveryFilters);
  const query = useQuery(deliveriesQuery(useTenantId(), webhook.id, list.query));
  return (
    <QueryTable
      label={t('webhooks.deliveries')}
      query={query}
      rows={(data) => data.deliveries}
      rowKey={({ id }) => id}
      columns={useColumns(onOpen)}
      list={list}
      searchLabel={t('webhooks.searchDeliveries')}
      filters={
        <>
          <DeliveryFilters list={list} />
          <ReplayFailed webhook={webhook} />
        </>
      }
      empty={
        <EmptyState title={t('webhooks.noDeliveriesTitle')} text={t('webhooks.noDeliveriesText')} />
      }
    />
  );
}

const NONE = Object.fromEntries(deliveryFilters.map((name) => [name, undefined]));

function DeliveryFilters({ list }: { list: ListState<DeliveryFilter> }) {
  const { t } = useTranslation();
  const types = useQuery(eventTypesQuery());
  const { filters } = list;
  return (
    <Filters count={Object.keys(filters).length} onReset={() => list.setFilters(NONE)}>
      <Select
        className={styles.filter}
        aria-label={t('webhooks.filterStatus')}
        placeholder={t('webhooks.filterStatus')}
        allowClear
        value={filters.status}
        onChange={(status) => list.setFilter('status', status)}
        options={deliveryStatuses.map((value) => ({
          value,
          label: t(`webhooks.deliveryStatuses.${value}`),
        }))}
      />
      <Select
        className={styles.filter}
        aria-label={t('webhooks.filterType')}
        placeholder={t('webhooks.filterType')}
        allowClear
        showSearch
        popupMatchSelectWidth={280}
        value={filters.event_type}
        onChange={(type) => list.setFilter('event_type', type)}
        options={(types.data?.event_types ?? []).map(({ name }) => ({ value: name, label: name }))}
      />
    </Filters>
  );
}

const DAYS_BACK = 30;

/** Everything that failed and is still kept. */
function ReplayFailed({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation();
  const toast = useToast();
  const confirm = useConfirm();
  const replay = useReplayFailed(webhook.id);
  if (webhook.status === 'disabled') return null;
  return (
    <Button
      icon={<ReloadOutlined />}
      onClick={() =>
        confirm({
          title: t('webhooks.replayTitle'),
          text: t('webhooks.replayText'),
          verb: t('webhooks.replayAll'),
          isDestructive: false,
          action: async () => {
            const since = new Date(Date.now() - DAYS_BACK * 86_400_000).toISOString();
            const { deliveries } = await replay.mutateAsync(since);
            toast.done(t('webhooks.replayed', { count: deliveries }));
          },
        })
      }
    >
      {t('webhooks.replayAll')}
    </Button>
  );
}

function useColumns(onOpen: (id: string) => void): Column<WebhookDelivery>[] {
  const { t } = useTranslation();
  const formats = useFormats();
  const trouble = useTrouble();
  return [
    {
      key: 'event_type',
      title: t('webhooks.event'),
      isPrimary: true,
      render: ({ id, event_type }) => (
        <button type="button" className={styles.open} onClick={() => onOpen(id)}>
          <code>{event_type}</code>
        </button>
      ),
    },
    {
      key: 'status',
      title: t('fields.status'),
      render: ({ status, error, response_status, next_attempt_at }) => (
        <>
          <DeliveryStatusTag status={status} />
          {error && <span className={styles.second}>{trouble(error, response_status)}</span>}
          {status === 'pending' && next_attempt_at && (
            <span className={styles.second}>
              {t('webhooks.nextAttempt')} <Age at={next_attempt_at} />
            </span>
          )}
        </>
      ),
    },
    {
      key: 'response_status',
      title: t('webhooks.answer'),
      align: 'right',
      render: ({ response_status }) => response_status ?? '–',
    },
    {
      key: 'attempt_count',
      title: t('webhooks.attempts'),
      align: 'right',
      render: ({ attempt_count }) => formats.number(attempt_count),
    },
    {
      key: 'duration_ms',
      title: t('webhooks.duration'),
      align: 'right',
      render: ({ duration_ms }) =>
        duration_ms === null ? '–' : `${formats.number(duration_ms ?? 0)} ms`,
    },
    {
      key: 'created_at',
      title: t('webhooks.at'),
      sort: 'created_at',
      render: ({ created_at }) => <Moment at={created_at} />,
    },
  ];
}
