import { Modal, Radio } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import type { Site } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { useFormats } from '@/components/format';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SitePicker } from '@/components/SitePicker';
import { useToast } from '@/components/toast';
import { type Fate, useDeleteSite, useRestoreSite } from './queries';
import styles from './sites.module.css';

type Props = { site: Site; isOpen: boolean; onClose: () => void; onDeleted?: () => void };

/** Deletes a site. One with bays asks what is to become of them; the server refuses it otherwise. */
export function DeleteSiteDialog({ site, isOpen, onClose, onDeleted }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const [kind, setKind] = useState<'move' | 'delete'>('move');
  const [moveTo, setMoveTo] = useState<string>();
  const remove = useDeleteSite();
  const restore = useRestoreSite();
  const { id, name } = site;
  const refusal = remove.error ? asProblem(remove.error) : null;
  const count = site.stats?.spaces ?? 0;
  // Bays may have come since the list was read: then the refusal tells.
  const hasSpaces = count > 0 || refusal?.code === 'site_has_spaces';
  const fate: Fate | null = !hasSpaces
    ? { kind: 'none' }
    : kind === 'delete'
      ? { kind }
      : moveTo
        ? { kind, to: moveTo }
        : null;

  function close() {
    remove.reset();
    setMoveTo(undefined);
    setKind('move');
    onClose();
  }

  function destroy() {
    if (!fate) return;
    remove.mutate(
      { id, fate },
      {
        onSuccess: ({ bays }) => {
          close();
          onDeleted?.();
          // Bays that moved have left their levels; bringing the empty site back would undo nothing.
          if (fate.kind === 'move') toast.done(t('sites.movedAndDeleted', { name }));
          else
            toast.undoable(t('sites.deleted', { name }), () => restore.mutateAsync({ id, bays }));
        },
      },
    );
  }

  return (
    <Modal
      open={isOpen}
      title={t('sites.deleteTitle', { name })}
      onCancel={close}
      onOk={destroy}
      okText={t('common.delete')}
      okButtonProps={{ danger: true, disabled: fate === null }}
      cancelText={t('common.cancel')}
      confirmLoading={remove.isPending}
    >
      <p>{t('sites.deleteText')}</p>
      {refusal && refusal.code !== 'site_has_spaces' && (
        <div className={styles.alert}>
          <ProblemAlert error={refusal} />
        </div>
      )}
      {hasSpaces && (
        <FateChoice
          site={site}
          count={count}
          kind={kind}
          moveTo={moveTo}
          onKind={setKind}
          onMoveTo={setMoveTo}
        />
      )}
    </Modal>
  );
}

type FateProps = {
  site: Site;
  count: number;
  kind: 'move' | 'delete';
  moveTo: string | undefined;
  onKind: (kind: 'move' | 'delete') => void;
  onMoveTo: (siteId: string | undefined) => void;
};

/** What is to become of the bays: they move, or they go too. */
function FateChoice({ site, count, kind, moveTo, onKind, onMoveTo }: FateProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const tenantId = useTenantId();
  const choiceId = useId();
  return (
    <>
      <p id={choiceId}>
        <strong>
          {count > 0
            ? t('sites.hasSpaces', { count, formatted: formats.number(count) })
            : t('errors.codes.site_has_spaces')}
        </strong>
      </p>
      <Radio.Group
        aria-labelledby={choiceId}
        className={styles.fates}
        value={kind}
        onChange={(event) => onKind(event.target.value)}
      >
        <Radio value="move">
          {t('sites.fateMove')}
          <span className={styles.second}>{t('sites.fateMoveText')}</span>
        </Radio>
        {kind === 'move' && (
          <SitePicker
            tenantId={tenantId}
            className={styles.moveTo}
            label={t('sites.moveTo')}
            placeholder={t('sites.moveTo')}
            except={site.id}
            value={moveTo}
            onChange={onMoveTo}
          />
        )}
        <Radio value="delete">
          {t('sites.fateDelete')}
          <span className={styles.second}>{t('sites.fateDeleteText')}</span>
        </Radio>
      </Radio.Group>
    </>
  );
}
