import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Device } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { DeleteOutlined, UndoOutlined } from '@/components/icons';
import { useToast } from '@/components/toast';
import { ArchiveDialog } from './ArchiveDialog';
import { useRestoreDevices } from './queries';

/** What can be done with the picked devices; those in use and archived ones differ. */
export function BulkActions({ devices, onDone }: { devices: Device[]; onDone: () => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const refusal = useEstateRefusal('devices:manage');
  const restore = useRestoreDevices();
  const [isArchiving, setIsArchiving] = useState(false);
  const gone = devices.filter(({ archived_at }) => archived_at);
  const living = devices.filter(({ archived_at }) => !archived_at);
  const gate = { isAllowed: refusal === null, reason: refusal ?? '' };

  function bringBack() {
    const count = gone.length;
    restore.mutate(gone, {
      onSuccess: () => {
        toast.done(t('devices.restoredMany', { count, formatted: formats.number(count) }));
        onDone();
      },
      onError: toast.failed,
    });
  }

  return (
    <>
      {living.length > 0 && (
        <GatedButton
          {...gate}
          danger
          icon={<DeleteOutlined />}
          onClick={() => setIsArchiving(true)}
        >
          {t('devices.archive')}
        </GatedButton>
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
      {isArchiving && (
        <ArchiveDialog devices={living} onClose={() => setIsArchiving(false)} onDone={onDone} />
      )}
    </>
  );
}
