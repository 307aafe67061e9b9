import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiKey, CreatedApiKey } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { CodeBlock } from '@/components/CodeBlock';
import { useConfirm } from '@/components/confirm';
import { EmptyState } from '@/components/EmptyState';
import { EditOutlined, PlusOutlined, StopOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { Age, Moment } from '@/components/Moment';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { type Column, QueryTable } from '@/components/QueryTable';
import { RevealSecret } from '@/components/RevealSecret';
import { RowMenu } from '@/components/RowMenu';
import { useRoleName } from '@/components/roles';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import styles from './apiKeys.module.css';
import { CreateApiKeyDialog } from './CreateApiKeyDialog';
import { EditApiKeyDialog } from './EditApiKeyDialog';
import { apiKeysQuery, useRevokeApiKey } from './queries';

const FILTERS: readonly never[] = [];
const tones: Record<ApiKey['status'], Tone> = {
  active: 'good',
  expired: 'warning',
  revoked: 'quiet',
};

export default function ApiKeysPage() {
  const { t } = useTranslation();
  const list = useListState(FILTERS);
  const query = useQuery(apiKeysQuery(useTenantId(), list.query));
  const [create, setCreate] = useOpenParam('create');
  const [edit, setEdit] = useOpenParam('edit');
  const [created, setCreated] = useState<CreatedApiKey | null>(null);
  const createButton = useRef<HTMLButtonElement>(null);
  const openCreate = () => setCreate('1');
  return (
    <>
      <PageHeader
        title={t('apiKeys.title')}
        intro={t('apiKeys.intro')}
        actions={
          <Button ref={createButton} type="primary" icon={<PlusOutlined />} onClick={openCreate}>
            {t('apiKeys.create')}
          </Button>
        }
      />
      <QueryTable
        label={t('apiKeys.title')}
        query={query}
        rows={(data) => data.api_keys}
        rowKey={({ id }) => id}
        columns={useColumns(setEdit)}
        list={list}
        searchLabel={t('apiKeys.search')}
        isRowMuted={({ status }) => status !== 'active'}
        empty={
          <EmptyState
            title={t('apiKeys.emptyTitle')}
            text={t('apiKeys.emptyText')}
            action={
              <Button type="primary" icon={<PlusOutlined />} onClick={openCreate}>
                {t('apiKeys.create')}
              </Button>
            }
          />
        }
      />
      <CreateApiKeyDialog
        isOpen={create === '1' || create === 'ingest'}
        isForIngest={create === 'ingest'}
        onClose={() => setCreate(null)}
        onCreated={setCreated}
      />
      <EditApiKeyDialog keyId={edit} onClose={() => setEdit(null)} />
      {created && (
        <RevealSecret
          title={t('apiKeys.createdTitle', { name: created.name })}
          label={t('apiKeys.one')}
          secret={created.key}
          onClose={() => setCreated(null)}
          returnTo={createButton}
        >
          <div className={styles.example}>
            <p>{t('apiKeys.tryIt')}</p>
            <CodeBlock
              label={t('apiKeys.example')}
              code={`curl -H 'X-API-Key: ${created.key}' \\\n  ${window.location.origin}/api/v6/me`}
            />
          </div>
        </RevealSecret>
      )}
    </>
  );
}

function useColumns(onEdit: (id: string) => void): Column<ApiKey>[] {
  const { t } = useTranslation();
  const roleName = useRoleName();
  return [
    {
      key: 'name',
      title: t('fields.name'),
      sort: 'name',
      isPrimary: true,
      render: ({ name, prefix }) => (
        <>
          <span className={styles.keyName}>{name}</span>
          <code className={styles.prefix}>{prefix}…</code>
        </>
      ),
    },
    {
      key: 'status',
      title: t('fields.status'),
      render: ({ status }) => (
        <StatusTag tone={tones[status]}>{t(`apiKeys.statuses.${status}`)}</StatusTag>
      ),
    },
    {
      key: 'rights',
      title: t('apiKeys.rights'),
      render: ({ role, scopes }) => (
        <>
          {roleName(role)}
          <Tags tags={scopes} />
        </>
      ),
    },
    {
      key: 'allowed_ips',
      title: t('apiKeys.allowedIps'),
      render: ({ allowed_ips }) =>
        allowed_ips.length > 0 ? <Tags tags={allowed_ips} /> : t('apiKeys.anywhere'),
    },
    {
      key: 'last_used_at',
      title: t('apiKeys.lastUsed'),
      sort: 'last_used_at',
      render: ({ last_used_at, last_used_ip }) =>
        last_used_at ? (
          <>
            <Age at={last_used_at} />
            {last_used_ip && <code className={styles.prefix}>{last_used_ip}</code>}
          </>
        ) : (
          t('common.never')
        ),
    },
    {
      key: 'expires_at',
      title: t('apiKeys.expires'),
      sort: 'expires_at',
      render: ({ expires_at }) => (expires_at ? <Moment at={expires_at} /> : t('common.noEnd')),
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (apiKey) => <ApiKeyActions apiKey={apiKey} onEdit={onEdit} />,
    },
  ];
}

function Tags({ tags }: { tags: string[] }) {
  return (
    <span className={styles.tags}>
      {tags.map((tag) => (
        <span key={tag} className={styles.tag}>
          {tag}
        </span>
      ))}
    </span>
  );
}

type ActionsProps = { apiKey: ApiKey; onEdit: (id: string) => void };

function ApiKeyActions({ apiKey, onEdit }: ActionsProps) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const toast = useToast();
  const revoke = useRevokeApiKey();
  const { id, name, status } = apiKey;
  if (status === 'revoked') return null;
  return (
    <RowMenu
      label={t('apiKeys.actionsFor', { name })}
      actions={[
        {
          key: 'edit',
          label: t('apiKeys.edit'),
          icon: <EditOutlined />,
          onPick: () => onEdit(id),
        },
        {
          key: 'revoke',
          label: t('apiKeys.revoke'),
          icon: <StopOutlined />,
          isDanger: true,
          onPick: () =>
            confirm({
              title: t('apiKeys.revokeTitle', { name }),
              text: t('apiKeys.revokeText'),
              verb: t('apiKeys.revoke'),
              action: async () => {
                await revoke.mutateAsync(id);
                toast.done(t('apiKeys.revoked', { name }));
              },
            }),
        },
      ]}
    />
  );
}
