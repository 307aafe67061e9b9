import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Space } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useConfirm } from '@/components/confirm';
import {
  DeleteOutlined,
  EditOutlined,
  PlayCircleOutlined,
  ToolOutlined,
  UndoOutlined,
} from '@/components/icons';
import { type RowAction, RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { DeleteSpacesDialog } from './DeleteSpacesDialog';
import { EditSpaceDialog } from './EditSpaceDialog';
import { OverrideDialog } from './OverrideDialog';
import { useDeleteSpaces, useRestoreSpaces, useSetState } from './queries';
import { takenOutAgain } from './takenBack';

type Open = 'edit' | 'override' | 'delete' | null;

/** Puts a bay back into use, after asking: what was planned ends too. */
export function usePutBack(space: Space): () => void {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const toast = useToast();
  const setState = useSetState();
  const { id, code, overrides } = space;
  return () =>
    confirm({
      title: t('spaces.putBackTitle', { code }),
      text: t('spaces.putBackText'),
      verb: t('spaces.putBack'),
      isDestructive: false,
      action: async () => {
        await setState.mutateAsync({ id, state: 'automatic' });
        toast.undoable(t('spaces.putBackDone', { code }), async () => {
          for (const one of takenOutAgain(overrides, Date.now())) {
            await setState.mutateAsync({ id, ...one });
          }
        });
      },
    });
}

/** Everything one may do to a bay. */
export function SpaceActions({ space, caption }: { space: Space; caption?: string }) {
  const { t } = useTranslation();
  const toast = useToast();
  const mayNotManage = useEstateRefusal('spaces:manage');
  const mayNotOverride = useEstateRefusal('spaces:override');
  const restore = useRestoreSpaces();
  const remove = useDeleteSpaces();
  const putBack = usePutBack(space);
  const [open, setOpen] = useState<Open>(null);
  const { id, code } = space;

  const gone: RowAction[] = [
    {
      key: 'restore',
      label: t('common.restore'),
      icon: <UndoOutlined />,
      refusal: mayNotManage,
      onPick: () =>
        restore.mutate([id], {
          onSuccess: () =>
            toast.undoable(t('spaces.restored', { code }), () => remove.mutateAsync({ ids: [id] })),
          onError: toast.failed,
        }),
    },
  ];
  const living: RowAction[] = [
    {
      key: 'override',
      label: t('spaces.takeOut'),
      icon: <ToolOutlined />,
      refusal: mayNotOverride,
      onPick: () => setOpen('override'),
    },
    {
      key: 'putBack',
      label: t('spaces.putBack'),
      icon: <PlayCircleOutlined />,
      refusal: mayNotOverride ?? (space.overrides.length > 0 ? null : t('spaces.noOverrides')),
      onPick: putBack,
    },
    {
      key: 'edit',
      label: t('common.edit'),
      icon: <EditOutlined />,
      refusal: mayNotManage,
      onPick: () => setOpen('edit'),
    },
    {
      key: 'delete',
      label: t('common.delete'),
      icon: <DeleteOutlined />,
      isDanger: true,
      refusal: mayNotManage,
      onPick: () => setOpen('delete'),
    },
  ];
  const close = () => setOpen(null);
  return (
    <>
      <RowMenu
        label={t('spaces.actionsFor', { code })}
        caption={caption}
        actions={space.deleted_at ? gone : living}
      />
      {/* Only while in use: there is one of these for each of a hundred rows. */}
      {open === 'edit' && <EditSpaceDialog spaceId={id} onClose={close} />}
      {open === 'override' && <OverrideDialog space={space} onClose={close} />}
      {open === 'delete' && <DeleteSpacesDialog spaces={[space]} isOpen onClose={close} />}
    </>
  );
}
