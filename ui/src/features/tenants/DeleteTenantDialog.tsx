import { Button, Input, Modal } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tenant } from '@/api/types';
import { saveFile } from '@/components/clipboard';
import { DownloadOutlined } from '@/components/icons';
import { Age } from '@/components/Moment';
import { useNow } from '@/components/now';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusTag } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import { useActivateTenant, useDeleteTenant, useExportTenant } from './queries';
import styles from './tenants.module.css';

const EXPORT_VALID_MS = 24 * 60 * 60 * 1000;

type Props = { tenant: Tenant; isOpen: boolean; onClose: () => void };

/** Export, confirm by name, and thirty days to think again. */
export function DeleteTenantDialog({ tenant, isOpen, onClose }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const now = useNow();
  const nameId = useId();
  const [typed, setTyped] = useState('');
  const exportData = useExportTenant();
  const remove = useDeleteTenant();
  const activate = useActivateTenant();
  const isExported =
    exportData.isSuccess || now - Date.parse(tenant.exported_at ?? '') < EXPORT_VALID_MS;
  const isConfirmed = typed.trim() === tenant.slug;

  function close() {
    setTyped('');
    exportData.reset();
    remove.reset();
    onClose();
  }

  function destroy() {
    remove.mutate(tenant.id, {
      onSuccess: () => {
        close();
        toast.undoable(t('tenants.deleted', { name: tenant.name }), () =>
          activate.mutateAsync(tenant.id),
        );
      },
    });
  }

  return (
    <Modal
      open={isOpen}
      title={t('tenants.deleteTitle', { name: tenant.name })}
      onCancel={close}
      onOk={destroy}
      okText={t('tenants.delete')}
      okButtonProps={{ danger: true, disabled: !isExported || !isConfirmed }}
      cancelText={t('common.cancel')}
      confirmLoading={remove.isPending}
    >
      <p>{t('tenants.deleteText')}</p>
      {(exportData.error ?? remove.error) && (
        <div className={styles.alert}>
          <ProblemAlert error={exportData.error ?? remove.error} />
        </div>
      )}
      <ol className={styles.deleteSteps}>
        <li>
          <strong>{t('tenants.deleteExport')}</strong>
          <p>{t('tenants.deleteExportText')}</p>
          <div className={styles.exportRow}>
            <Button
              icon={<DownloadOutlined />}
              loading={exportData.isPending}
              onClick={() =>
                exportData.mutate(tenant, {
                  onSuccess: ({ content, name }) => saveFile(content, name),
                })
              }
            >
              {t('tenants.export')}
            </Button>
            {isExported && (
              <StatusTag tone="good">
                {t('tenants.exported')} {tenant.exported_at && <Age at={tenant.exported_at} />}
              </StatusTag>
            )}
          </div>
        </li>
        <li>
          <label htmlFor={nameId}>
            <strong>{t('tenants.deleteType', { slug: tenant.slug })}</strong>
          </label>
          <Input
            id={nameId}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </li>
      </ol>
    </Modal>
  );
}
