import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CreatedWebhook, Webhook } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { useFormats } from '@/components/format';
import { PlusOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { Age } from '@/components/Moment';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { type Column, QueryTable } from '@/components/QueryTable';
import { RevealSecret } from '@/components/RevealSecret';
import { webhooksQuery } from './queries';
import { WebhookStatus } from './status';
import { VerifyingExample } from './VerifyingExample';
import { CreateWebhookDialog } from './WebhookDialog';
import styles from './webhooks.module.css';

const FILTERS: readonly never[] = [];

export default function WebhooksPage() {
  const { t } = useTranslation();
  const list = useListState(FILTERS);
  const query = useQuery(webhooksQuery(useTenantId(), list.query));
  const [create, setCreate] = useOpenParam('create');
  const [created, setCreated] = useState<CreatedWebhook | null>(null);
  const createButton = useRef<HTMLButtonElement>(null);
  const openCreate = () => setCreate('1');
  return (
    <>
      <PageHeader
        title={t('webhooks.title')}
        intro={t('webhooks.intro')}
        actions={
          <Button ref={createButton} type="primary" icon={<PlusOutlined />} onClick={openCreate}>
            {t('webhooks.create')}
          </Button>
        }
      />
      <div className={styles.layout}>
        <QueryTable
          label={t('webhooks.title')}
          query={query}
          rows={(data) => data.webhooks}
          rowKey={({ id }) => id}
          columns={useColumns()}
          list={list}
          searchLabel={t('webhooks.search')}
          isRowMuted={({ status }) => status === 'disabled'}
          empty={
            <EmptyState
              title={t('webhooks.emptyTitle')}
              text={t('webhooks.emptyText')}
              action={
                <Button type="primary" icon={<PlusOutlined />} onClick={openCreate}>
                  {t('webhooks.create')}
                </Button>
              }
            />
          }
        />
        <Panel title={t('webhooks.howTitle')} intro={t('webhooks.howText')}>
          <VerifyingExample />
        </Panel>
      </div>
      <CreateWebhookDialog
        isOpen={create === '1'}
        onClose={() => setCreate(null)}
        onCreated={setCreated}
      />
      {created && (
        <RevealSecret
          title={t('webhooks.createdTitle', { name: created.name })}
          label={t('webhooks.secret')}
          secret={created.secret}
          onClose={() => setCreated(null)}
          returnTo={createButton}
        >
          <p>{t('webhooks.tryIt')}</p>
          <VerifyingExample />
        </RevealSecret>
      )}
    </>
  );
}

function useColumns(): Column<Webhook>[] {
  const { t } = useTranslation();
  const formats = useFormats();
  return [
    {
      key: 'name',
      title: t('fields.name'),
      sort: 'name',
      isPrimary: true,
      render: ({ id, name, url }) => (
        <>
          <Link to={paths.webhook(id)} className={styles.name}>
            {name}
          </Link>
          <span className={styles.second}>{url}</span>
        </>
      ),
    },
    {
      key: 'status',
      title: t('fields.status'),
      render: (webhook) => <WebhookStatus webhook={webhook} />,
    },
    {
      key: 'event_types',
      title: t('webhooks.events'),
      render: ({ event_types }) => <Wishes wishes={event_types} />,
    },
    {
      key: 'waiting',
      title: t('webhooks.waiting'),
      align: 'right',
      render: ({ waiting }) => formats.number(waiting),
    },
    {
      key: 'last_success_at',
      title: t('webhooks.lastSuccess'),
      render: ({ last_success_at }) =>
        last_success_at ? <Age at={last_success_at} /> : t('common.never'),
    },
  ];
}

/** As many as a row has room for. */
const SHOWN = 4;

function Wishes({ wishes }: { wishes: string[] }) {
  const { t } = useTranslation();
  const left = wishes.length - SHOWN;
  return (
    <span className={styles.tags}>
      {wishes.slice(0, SHOWN).map((wish) => (
        <span key={wish} className={styles.tag}>
          {wish}
        </span>
      ))}
      {left > 0 && <span className={styles.tag}>{t('webhooks.more', { n: left })}</span>}
    </span>
  );
}
