import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type Ref, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreatedWebhookSecret, WebhookSecret } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { CopyButton } from '@/components/CopyButton';
import { useConfirm } from '@/components/confirm';
import { EmptyState } from '@/components/EmptyState';
import { PlusOutlined, SyncOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { Age, Moment } from '@/components/Moment';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { type Column, QueryTable } from '@/components/QueryTable';
import { RevealSecret } from '@/components/RevealSecret';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import { CreateSecretDialog } from './CreateSecretDialog';
import { useRevokeSecret, webhookSecretsQuery } from './queries';
import { RotateDialog } from './RotateDialog';
import { SigningExample } from './SigningExample';
import styles from './webhookSecrets.module.css';

const FILTERS: readonly never[] = [];
const tones: Record<WebhookSecret['status'], Tone> = {
  active: 'good',
  retiring: 'waiting',
  expired: 'quiet',
  revoked: 'quiet',
};

export default function WebhookSecretsPage() {
  const { t } = useTranslation();
  const list = useListState(FILTERS);
  const query = useQuery(webhookSecretsQuery(useTenantId(), list.query));
  const [dialog, setDialog] = useOpenParam('dialog');
  const [created, setCreated] = useState<CreatedWebhookSecret | null>(null);
  const active = query.data?.webhook_secrets.find(({ status }) => status === 'active');
  // Whichever of the two stands in the header: after the first secret it is the other one.
  const headerButton = useRef<HTMLButtonElement>(null);
  const createButton = (ref?: Ref<HTMLButtonElement>) => (
    <Button ref={ref} type="primary" icon={<PlusOutlined />} onClick={() => setDialog('create')}>
      {t('webhookSecrets.create')}
    </Button>
  );

  return (
    <>
      <PageHeader
        title={t('webhookSecrets.title')}
        intro={t('webhookSecrets.intro')}
        actions={
          query.data &&
          (active ? (
            <Button
              ref={headerButton}
              type="primary"
              icon={<SyncOutlined />}
              onClick={() => setDialog('rotate')}
            >
              {t('webhookSecrets.rotate')}
            </Button>
          ) : (
            createButton(headerButton)
          ))
        }
      />
      <div className={styles.layout}>
        <QueryTable
          label={t('webhookSecrets.title')}
          query={query}
          rows={(data) => data.webhook_secrets}
          rowKey={({ id }) => id}
          columns={useColumns()}
          list={list}
          isRowMuted={({ status }) => status === 'expired' || status === 'revoked'}
          empty={
            <EmptyState
              title={t('webhookSecrets.emptyTitle')}
              text={t('webhookSecrets.emptyText')}
              action={createButton()}
            />
          }
        />
        <Panel title={t('webhookSecrets.howTitle')} intro={t('webhookSecrets.howText')}>
          <SigningExample credential={active?.id ?? '00000000-0000-0000-0000-000000000000'} />
        </Panel>
      </div>
      <CreateSecretDialog
        isOpen={dialog === 'create'}
        onClose={() => setDialog(null)}
        onCreated={setCreated}
      />
      <RotateDialog
        isOpen={dialog === 'rotate'}
        onClose={() => setDialog(null)}
        onCreated={setCreated}
      />
      {created && (
        <RevealSecret
          title={t('webhookSecrets.createdTitle')}
          label={t('webhookSecrets.one')}
          secret={created.secret}
          onClose={() => setCreated(null)}
          returnTo={headerButton}
        >
          <p className={styles.id}>
            {t('webhookSecrets.id')} <CredentialId id={created.id} />
          </p>
          <p>{t('webhookSecrets.tryIt')}</p>
          <SigningExample credential={created.id} header={created.header_name} />
        </RevealSecret>
      )}
    </>
  );
}

function useColumns(): Column<WebhookSecret>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      title: t('fields.name'),
      isPrimary: true,
      render: ({ name }) => (
        <span className={styles.name}>{name || t('webhookSecrets.unnamed')}</span>
      ),
    },
    {
      key: 'id',
      title: t('webhookSecrets.id'),
      render: ({ id }) => <CredentialId id={id} />,
    },
    {
      key: 'status',
      title: t('fields.status'),
      render: ({ status }) => (
        <StatusTag tone={tones[status]}>{t(`webhookSecrets.statuses.${status}`)}</StatusTag>
      ),
    },
    {
      key: 'last_used_at',
      title: t('webhookSecrets.lastUsed'),
      render: ({ last_used_at }) => (last_used_at ? <Age at={last_used_at} /> : t('common.never')),
    },
    {
      key: 'created_at',
      title: t('webhookSecrets.created'),
      render: ({ created_at }) => <Moment at={created_at} />,
    },
    {
      key: 'created_by',
      title: t('webhookSecrets.createdBy'),
      render: ({ created_by }) => created_by?.name ?? t('common.unknown'),
    },
    {
      key: 'expires_at',
      title: t('webhookSecrets.expires'),
      render: ({ expires_at }) => (expires_at ? <Moment at={expires_at} /> : t('common.noEnd')),
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (secret) => <RevokeButton secret={secret} />,
    },
  ];
}

/** What a sender names: no secret, and wanted in full. */
function CredentialId({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <span className={styles.id}>
      <code>{id}</code>
      <CopyButton text={id} label={t('webhookSecrets.copyId')} />
    </span>
  );
}

function RevokeButton({ secret }: { secret: WebhookSecret }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const toast = useToast();
  const revoke = useRevokeSecret();
  if (secret.status === 'revoked' || secret.status === 'expired') return null;
  const name = secret.name || t('webhookSecrets.unnamed');
  return (
    <Button
      size="small"
      danger
      aria-label={t('webhookSecrets.revokeNamed', { name })}
      onClick={() =>
        confirm({
          title: t('webhookSecrets.revokeTitle', { name }),
          text:
            secret.status === 'active'
              ? t('webhookSecrets.revokeActiveText')
              : t('webhookSecrets.revokeRetiringText'),
          verb: t('webhookSecrets.revoke'),
          action: async () => {
            await revoke.mutateAsync(secret.id);
            toast.done(t('webhookSecrets.revoked', { name }));
          },
        })
      }
    >
      {t('webhookSecrets.revoke')}
    </Button>
  );
}
