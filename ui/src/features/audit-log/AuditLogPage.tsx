import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { saveFile } from '@/components/clipboard';
import { EmptyState } from '@/components/EmptyState';
import { DownloadOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { Moment } from '@/components/Moment';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { type Column, QueryTable } from '@/components/QueryTable';
import { useToast } from '@/components/toast';
import { AuditFilterBar } from './AuditFilterBar';
import styles from './auditLog.module.css';
import { EntryDrawer } from './EntryDrawer';
import { auditFilters, auditLogQuery, useExportAuditLog } from './queries';
import { VerifyChain } from './VerifyChain';
import { useAuditWords } from './words';

export default function AuditLogPage() {
  const { t } = useTranslation();
  const list = useListState(auditFilters);
  const query = useQuery(auditLogQuery(useTenantId(), list.query));
  const [entryId, setEntryId] = useOpenParam('entry');
  const toast = useToast();
  const csv = useExportAuditLog();

  function download() {
    const q = list.query.q;
    csv.mutate(
      { ...list.filters, ...(q ? { q } : {}) },
      {
        onSuccess: (blob) =>
          saveFile(blob, `audit-log-${new Date().toISOString().slice(0, 10)}.csv`),
        onError: toast.failed,
      },
    );
  }

  return (
    <>
      <PageHeader
        title={t('audit.title')}
        intro={t('audit.intro')}
        actions={
          <Button icon={<DownloadOutlined />} loading={csv.isPending} onClick={download}>
            {t('audit.export')}
          </Button>
        }
      />
      <VerifyChain />
      <QueryTable
        label={t('audit.entries')}
        query={query}
        rows={(data) => data.entries}
        rowKey={({ id }) => id}
        columns={useColumns(setEntryId)}
        list={list}
        searchLabel={t('audit.search')}
        filters={<AuditFilterBar list={list} />}
        empty={<EmptyState title={t('audit.emptyTitle')} text={t('audit.emptyText')} />}
      />
      <EntryDrawer
        entryId={entryId}
        onClose={() => setEntryId(null)}
        onFilter={(filter) => list.setFilters({ ...filter })}
      />
    </>
  );
}

function useColumns(onOpen: (id: string) => void): Column<AuditEntry>[] {
  const { t } = useTranslation();
  const words = useAuditWords();
  return [
    {
      key: 'action',
      title: t('audit.action'),
      isPrimary: true,
      render: ({ id, action }) => (
        <button type="button" className={styles.open} onClick={() => onOpen(id)}>
          {words.action(action)}
        </button>
      ),
    },
    {
      key: 'at',
      title: t('audit.at'),
      render: ({ at }) => <Moment at={at} />,
    },
    {
      key: 'actor',
      title: t('audit.actor'),
      render: ({ actor }) => (
        <>
          {words.actor(actor)}
          {actor.name && actor.type !== 'user' && (
            <span className={styles.second}>{words.actorType(actor)}</span>
          )}
        </>
      ),
    },
    {
      key: 'entity',
      title: t('audit.entity'),
      render: ({ entity }) => (
        <>
          {words.entityType(entity.type)}
          {entity.name && <span className={styles.second}>{entity.name}</span>}
        </>
      ),
    },
    {
      key: 'ip',
      title: t('audit.ip'),
      render: ({ ip }) => (ip ? <code>{ip}</code> : '–'),
    },
    {
      key: 'seq',
      title: t('audit.seq'),
      align: 'right',
      render: ({ seq }) => seq,
    },
  ];
}
