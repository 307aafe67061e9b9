import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import type { ImportKind } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { saveFile } from '@/components/clipboard';
import { FileDrop } from '@/components/FileDrop';
import { useFormats } from '@/components/format';
import { GatedButton } from '@/components/GatedButton';
import { DownloadOutlined, UploadOutlined } from '@/components/icons';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SitePicker } from '@/components/SitePicker';
import { useToast } from '@/components/toast';
import styles from './imports.module.css';
import { FILE_BYTES_MAX, importKinds, useTemplate, useUpload } from './queries';
import { useImportWords } from './words';

/** What is in the file, the file, and for bays where they lie if the rows do not say it. */
export function UploadPanel() {
  const { t } = useTranslation();
  const words = useImportWords();
  const navigate = useNavigate();
  const formats = useFormats();
  const tenantId = useTenantId();
  const refusal = useEstateRefusal('imports:manage');
  const [params] = useSearchParams();
  const [kind, setKind] = useState<ImportKind>(
    params.get('into') === 'devices' ? 'devices' : 'spaces',
  );
  const [siteId, setSiteId] = useState<string | undefined>(params.get('site') ?? undefined);
  const [file, setFile] = useState<File | null>(null);
  const upload = useUpload();
  const isTooLarge = file !== null && file.size > FILE_BYTES_MAX;
  const reason =
    refusal ??
    (file === null
      ? t('imports.chooseFirst')
      : isTooLarge
        ? t('imports.tooLarge', { max: formats.number(FILE_BYTES_MAX / 1024 / 1024) })
        : null);

  function begin() {
    if (!file || reason || upload.isPending) return;
    upload.mutate(
      { file, kind, ...(siteId ? { siteId } : {}) },
      { onSuccess: ({ id }) => void navigate(paths.import(id)) },
    );
  }

  return (
    <Panel title={t('imports.uploadTitle')} intro={t('imports.uploadIntro')}>
      <div className={styles.form}>
        <Segmented<ImportKind>
          aria-label={t('imports.kind')}
          value={kind}
          onChange={setKind}
          options={importKinds.map((value) => ({ value, label: words.kind(value) }))}
        />
        <TemplateButton kind={kind} />
      </div>
      <FileDrop
        file={file}
        isAllowed={refusal === null}
        hint={t('imports.dropHint')}
        onFile={(next) => {
          upload.reset();
          setFile(next);
        }}
      />
      {isTooLarge && (
        <p className={styles.fault} role="alert">
          {reason}
        </p>
      )}
      {upload.error && (
        <div className={styles.gap}>
          <ProblemAlert error={upload.error} />
        </div>
      )}
      <div className={styles.form}>
        <div className={styles.site}>
          <span>{kind === 'spaces' ? t('imports.siteForBays') : t('imports.siteForDevices')}</span>
          <SitePicker
            tenantId={tenantId}
            label={kind === 'spaces' ? t('imports.siteForBays') : t('imports.siteForDevices')}
            placeholder={t('imports.siteInFile')}
            allowClear
            value={siteId}
            onChange={setSiteId}
          />
        </div>
        <GatedButton
          type="primary"
          icon={<UploadOutlined />}
          isAllowed={reason === null}
          reason={reason ?? ''}
          loading={upload.isPending}
          onClick={begin}
        >
          {t('imports.upload')}
        </GatedButton>
      </div>
    </Panel>
  );
}

function TemplateButton({ kind }: { kind: ImportKind }) {
  const { t } = useTranslation();
  const toast = useToast();
  const template = useTemplate();
  return (
    <Button
      icon={<DownloadOutlined />}
      loading={template.isPending}
      onClick={() =>
        template.mutate(kind, {
          onSuccess: (blob) => saveFile(blob, t(`imports.templateNames.${kind}`)),
          onError: toast.failed,
        })
      }
    >
      {t('imports.template')}
    </Button>
  );
}
