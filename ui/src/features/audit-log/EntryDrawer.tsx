import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { CopyButton } from '@/components/CopyButton';
import { Fact, Facts } from '@/components/Facts';
import { useFormats } from '@/components/format';
import { FilterOutlined } from '@/components/icons';
import { ProblemAlert } from '@/components/ProblemAlert';
import styles from './auditLog.module.css';
import { DiffTable } from './DiffTable';
import { type AuditFilters, auditEntryQuery } from './queries';
import { useAuditWords } from './words';

type Props = {
  entryId: string | null;
  onClose: () => void;
  onFilter: (filters: AuditFilters) => void;
};

export function EntryDrawer({ entryId, onClose, onFilter }: Props) {
  const { t } = useTranslation();
  const words = useAuditWords();
  const entry = useQuery(auditEntryQuery(useTenantId(), entryId ?? ''));
  return (
    <Drawer
      open={entryId !== null}
      onClose={onClose}
      size="min(680px, 100vw)"
      title={
        entry.data
          ? t('audit.entryTitle', {
              seq: entry.data.seq,
              action: words.action(entry.data.action),
            })
          : t('audit.entry')
      }
    >
      {entry.error && <ProblemAlert error={entry.error} onRetry={() => void entry.refetch()} />}
      {entry.isLoading && <Skeleton active />}
      {entry.data && entryId && <EntryDetails entry={entry.data} onFilter={onFilter} />}
    </Drawer>
  );
}

function EntryDetails({ entry, onFilter }: { entry: AuditEntry; onFilter: Props['onFilter'] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useAuditWords();
  const { action, actor, entity, request_id, reason, ip, hash } = entry;
  return (
    <div className={styles.details}>
      <Facts>
        <Fact label={t('audit.at')}>{formats.precise(entry.at)}</Fact>
        <Fact label={t('audit.action')}>
          {words.action(action)}
          <FilterButton label={t('audit.onlyAction')} onClick={() => onFilter({ action })} />
          {/* As the API and the export call it. */}
          <code className={styles.second}>{action}</code>
        </Fact>
        <Fact label={t('audit.actor')}>
          {words.actor(actor)}
          {actor.id && (
            <FilterButton
              label={t('audit.onlyActor')}
              onClick={() => onFilter({ actor_id: actor.id ?? undefined })}
            />
          )}
          {actor.name && <span className={styles.second}>{words.actorType(actor)}</span>}
        </Fact>
        <Fact label={t('audit.entity')}>
          {words.entityType(entity.type)} {entity.name}
          {entity.id && (
            <FilterButton
              label={t('audit.onlyEntity')}
              onClick={() =>
                onFilter({ entity_type: entity.type, entity_id: entity.id ?? undefined })
              }
            />
          )}
          {entity.id && <code className={styles.second}>{entity.id}</code>}
        </Fact>
        {reason && <Fact label={t('audit.reason')}>{reason}</Fact>}
        <Fact label={t('audit.ip')}>{ip ?? '–'}</Fact>
        <Fact label={t('audit.request')}>
          {request_id ? (
            <>
              <code>{request_id}</code>
              <CopyButton text={request_id} label={t('audit.copyRequest')} />
              <FilterButton
                label={t('audit.onlyRequest')}
                onClick={() => onFilter({ request_id })}
              />
            </>
          ) : (
            '–'
          )}
        </Fact>
        <Fact label={t('audit.hash')}>
          <code>{hash}</code>
        </Fact>
      </Facts>
      <h2 className={styles.diffTitle}>{t('audit.changes')}</h2>
      <DiffTable before={entry.old} after={entry.new} />
    </div>
  );
}

function FilterButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button
      type="text"
      size="small"
      icon={<FilterOutlined />}
      aria-label={label}
      title={label}
      onClick={onClick}
    />
  );
}
