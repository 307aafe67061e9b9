import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Space } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { DeleteOutlined, EditOutlined, QrcodeOutlined, UndoOutlined } from '@/components/icons';
import { useToast } from '@/components/toast';
import { BulkEditDialog } from './BulkEditDialog';
import { DeleteSpacesDialog } from './DeleteSpacesDialog';
import { useDeleteSpaces, useRestoreSpaces } from './queries';

type Props = { spaces: Space[]; onDone: () => void };

/** What can be done with the picked bays; living and deleted ones differ. */
export function BulkActions({ spaces, onDone }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const navigate = useNavigate();
  const refusal = useEstateRefusal('spaces:manage');
  const restore = useRestoreSpaces();
  const remove = useDeleteSpaces();
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const gone = spaces.filter(({ deleted_at }) => deleted_at);
  const living = spaces.filter(({ deleted_at }) => !deleted_at);
  const gate = { isAllowed: refusal === null, reason: refusal ?? '' };

  const [first] = living;
  const isOneSite = living.every(({ site_id }) => site_id === first?.site_id);

  function printLabels() {
    if (!first) return;
    // Not in the address: two thousand ids are longer than one may be.
    const bays = living.map(({ id }) => id);
    void navigate(paths.labels({ site: first.site_id }), { state: { bays } });
  }

  function bringBack() {
    const count = gone.length;
    const ids = gone.map(({ id }) => id);
    restore.mutate(ids, {
      onSuccess: () => {
        const text = t('spaces.restoredMany', { count, formatted: formats.number(count) });
        toast.undoable(text, () => remove.mutateAsync({ ids }));
        onDone();
      },
      onError: toast.failed,
    });
  }

  return (
    <>
      {living.length > 0 && (
        <>
          <GatedButton {...gate} icon={<EditOutlined />} onClick={() => setOpen('edit')}>
            {t('common.edit')}
          </GatedButton>
          <GatedButton
            icon={<QrcodeOutlined />}
            isAllowed={isOneSite}
            reason={t('labels.oneSite')}
            onClick={printLabels}
          >
            {t('labels.title')}
          </GatedButton>
          <GatedButton {...gate} danger icon={<DeleteOutlined />} onClick={() => setOpen('delete')}>
            {t('common.delete')}
          </GatedButton>
        </>
      )}
      {gone.length > 0 && (
        <GatedButton
          {...gate}
          icon={<UndoOutlined />}
          loading={restore.isPending}
          onClick={bringBack}
        >
          {t('common.restore')}
        </GatedButton>
      )}
      <BulkEditDialog
        spaces={living}
        isOpen={open === 'edit'}
        onClose={() => setOpen(null)}
        onDone={onDone}
      />
      <DeleteSpacesDialog
        spaces={living}
        isOpen={open === 'delete'}
        onClose={() => setOpen(null)}
        onDone={onDone}
      />
    </>
  );
}
