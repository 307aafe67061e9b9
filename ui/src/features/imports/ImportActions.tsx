import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Import } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useConfirm } from '@/components/confirm';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { PlayCircleOutlined, StopOutlined, UndoOutlined } from '@/components/icons';
import { useToast } from '@/components/toast';
import { useMove } from './queries';

/** What can be done with an import as a whole: start, stop, take back. */
export function ImportActions({ import: one }: { import: Import }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const confirm = useConfirm();
  const move = useMove(one.id);
  const refusal = useEstateRefusal('imports:manage');
  const { ready, refused, created } = one.rows;
  const why = refusal ?? (ready === 0 ? t('imports.nothingReady') : null);
  const canUndo =
    created > 0 && one.has_rows && ['done', 'failed', 'cancelled'].includes(one.status);

  function start() {
    const go = (skipRefused: boolean) => move.mutateAsync([{ how: 'start', skipRefused }]);
    if (refused === 0 || one.status === 'failed') {
      go(true).catch(toast.failed);
      return;
    }
    confirm({
      title: t('imports.skipTitle', { count: refused, formatted: formats.number(refused) }),
      text: t('imports.skipText'),
      verb: t('imports.skipVerb'),
      isDestructive: false,
      action: () => go(true),
    });
  }

  const cancel = () =>
    confirm({
      title: t('imports.cancelTitle'),
      text: t('imports.cancelText'),
      verb: t('imports.cancel'),
      action: () => move.mutateAsync([{ how: 'cancel' }]),
    });

  const undo = () =>
    confirm({
      title: t('imports.undoTitle'),
      text: t('imports.undoText', { count: created, formatted: formats.number(created) }),
      verb: t('imports.undo'),
      action: () => move.mutateAsync([{ how: 'undo' }]),
    });

  return (
    <>
      {['uploaded', 'checked', 'running'].includes(one.status) && (
        <GatedButton
          icon={<StopOutlined />}
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          onClick={cancel}
        >
          {t('imports.cancel')}
        </GatedButton>
      )}
      {(one.status === 'checked' || one.status === 'failed') && (
        <GatedButton
          type="primary"
          icon={<PlayCircleOutlined />}
          isAllowed={why === null}
          reason={why ?? ''}
          loading={move.isPending}
          onClick={start}
        >
          {one.status === 'failed'
            ? t('imports.resume')
            : t('imports.start', { count: ready, formatted: formats.number(ready) })}
        </GatedButton>
      )}
      {canUndo && refusal === null && (
        <Button icon={<UndoOutlined />} onClick={undo}>
          {t('imports.undo')}
        </Button>
      )}
    </>
  );
}
