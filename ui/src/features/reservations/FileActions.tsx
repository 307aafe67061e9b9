import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReservationsQuery } from '@/api/reservations';
import { useEstateRefusal } from '@/app/session/permissions';
import { saveFile } from '@/components/clipboard';
import { GatedButton } from '@/components/GatedButton';
import { DownloadOutlined, ImportOutlined } from '@/components/icons';
import { useToast } from '@/components/toast';
import { useExportReservations } from './fileQueries';
import styles from './files.module.css';
import { ImportDialog } from './ImportDialog';

/** What the list shows as a file, and reservations from one. */
export function FileActions({ query }: { query: ReservationsQuery }) {
  const { t } = useTranslation();
  const toast = useToast();
  const csv = useExportReservations();
  const refusal = useEstateRefusal('reservations:import');
  const [isOpen, setIsOpen] = useState(false);

  function download() {
    const day = new Date().toISOString().slice(0, 10);
    csv.mutate(query, {
      onSuccess: (blob) => saveFile(blob, `${t('reservationFiles.fileName')}-${day}.csv`),
      onError: toast.failed,
    });
  }

  return (
    <span className={styles.buttons}>
      <Button icon={<DownloadOutlined />} loading={csv.isPending} onClick={download}>
        {t('reservationFiles.export')}
      </Button>
      <GatedButton
        icon={<ImportOutlined />}
        isAllowed={refusal === null}
        reason={refusal ?? ''}
        onClick={() => setIsOpen(true)}
      >
        {t('reservationFiles.import')}
      </GatedButton>
      <ImportDialog isOpen={isOpen} onClose={() => setIsOpen(false)} />
    </span>
  );
}
