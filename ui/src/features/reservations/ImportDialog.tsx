import { Button, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReservationImport, ReservationImportMode } from '@/api/types';
import { useTenantId } from '@/app/session/useSession';
import { saveFile } from '@/components/clipboard';
import { FileDrop } from '@/components/FileDrop';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { DownloadOutlined } from '@/components/icons';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SitePicker } from '@/components/SitePicker';
import { useToast } from '@/components/toast';
import { FILE_BYTES_MAX, useImportReservations, useReservationTemplate } from './fileQueries';
import styles from './files.module.css';
import { ImportRows } from './ImportRows';

type Props = { isOpen: boolean; onClose: () => void };

/** Reserves what a file says, after one has seen what would become of each row. */
export function ImportDialog({ isOpen, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      open={isOpen}
      title={t('reservationFiles.title')}
      onCancel={onClose}
      footer={null}
      width={760}
      destroyOnHidden
    >
      <ImportForm />
    </Modal>
  );
}

function ImportForm() {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const tenantId = useTenantId();
  const handIn = useImportReservations();
  const [file, setFile] = useState<File | null>(null);
  const [mode, setMode] = useState<ReservationImportMode>('each');
  const [siteId, setSiteId] = useState<string | undefined>();
  const [result, setResult] = useState<ReservationImport | null>(null);
  const isTooLarge = file !== null && file.size > FILE_BYTES_MAX;
  const fault =
    file === null
      ? t('reservationFiles.chooseFirst')
      : isTooLarge
        ? t('reservationFiles.tooLarge')
        : null;
  const ready = result?.dry_run ? result.ready : 0;
  const notYet = useStartRefusal(result, mode);
  const refusal = fault ?? notYet;

  /** What was tried is another file, or would be carried out otherwise. */
  function begin(change: () => void) {
    handIn.reset();
    setResult(null);
    change();
  }

  function send(isDry: boolean) {
    if (!file || handIn.isPending) return;
    handIn.mutate(
      { file, mode, siteId, isDry },
      {
        onSuccess: (done) => {
          setResult(done);
          if (isDry || done.created === 0) return;
          const formatted = formats.number(done.created);
          toast.done(t('reservationFiles.done', { count: done.created, formatted }));
        },
      },
    );
  }

  return (
    <div className={styles.form}>
      <p className={styles.intro}>{t('reservationFiles.intro')}</p>
      <TemplateButton />
      <FileDrop
        file={file}
        isAllowed
        hint={t('reservationFiles.hint')}
        onFile={(next) => begin(() => setFile(next))}
      />
      {isTooLarge && (
        <p className={styles.fault} role="alert">
          {fault}
        </p>
      )}
      <div className={styles.site}>
        <span aria-hidden="true">{t('reservationFiles.site')}</span>
        <SitePicker
          tenantId={tenantId}
          label={t('reservationFiles.site')}
          placeholder={t('imports.siteInFile')}
          allowClear
          value={siteId}
          onChange={(next) => begin(() => setSiteId(next))}
        />
      </div>
      <fieldset className={styles.mode}>
        <legend>{t('reservationFiles.mode')}</legend>
        <Radio.Group
          value={mode}
          onChange={({ target }) => setMode(target.value as ReservationImportMode)}
          options={(['each', 'all'] as const).map((value) => ({
            value,
            label: t(`reservationFiles.${value}`),
          }))}
        />
      </fieldset>
      {handIn.error && <ProblemAlert error={handIn.error} />}
      <div aria-live="polite">{result && <ImportRows result={result} />}</div>
      <div className={styles.buttons}>
        <GatedButton
          isAllowed={fault === null}
          reason={fault ?? ''}
          loading={handIn.isPending}
          onClick={() => send(true)}
        >
          {t('reservationFiles.try')}
        </GatedButton>
        <GatedButton
          type="primary"
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          loading={handIn.isPending}
          onClick={() => send(false)}
        >
          {t('reservationFiles.start', { count: ready, formatted: formats.number(ready) })}
        </GatedButton>
      </div>
    </div>
  );
}

/** Why nothing is reserved now, or null if something is. */
function useStartRefusal(result: ReservationImport | null, mode: ReservationImportMode) {
  const { t } = useTranslation();
  if (!result?.dry_run) return t('reservationFiles.tryFirst');
  if (result.ready === 0) return t('reservationFiles.nothingReady');
  return mode === 'all' && result.refused > 0 ? t('reservationFiles.noneRefused') : null;
}

function TemplateButton() {
  const { t } = useTranslation();
  const toast = useToast();
  const template = useReservationTemplate();
  return (
    <Button
      icon={<DownloadOutlined />}
      loading={template.isPending}
      onClick={() =>
        template.mutate(undefined, {
          onSuccess: (blob) => saveFile(blob, t('reservationFiles.templateName')),
          onError: toast.failed,
        })
      }
    >
      {t('imports.template')}
    </Button>
  );
}
