import { useQuery } from '@tanstack/react-query';
import { Modal, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '@/app/session/useSession';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useToast } from '@/components/toast';
import { PreviewOfBays } from './PreviewOfBays';
import { policyQuery, previewOfQuery, useActivatePolicy, useDeactivatePolicy } from './queries';

type Props = { policyId: string | null; onClose: () => void };

/** What would change, before a policy governs. */
export function ActivateDialog({ policyId, onClose }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const tenantId = useTenantId();
  const policy = useQuery(policyQuery(tenantId, policyId ?? '')).data?.policy;
  const preview = useQuery(previewOfQuery(tenantId, policyId ?? ''));
  const activate = useActivatePolicy();
  const deactivate = useDeactivatePolicy();
  const name = policy?.name ?? '…';

  async function onOk() {
    if (!policyId) return;
    try {
      const { replaced_id } = await activate.mutateAsync(policyId);
      onClose();
      toast.undoable(t('displayPolicies.activated', { name }), () =>
        replaced_id ? activate.mutateAsync(replaced_id) : deactivate.mutateAsync(policyId),
      );
    } catch (error) {
      toast.failed(error);
    }
  }

  return (
    <Modal
      open={policyId !== null}
      title={t('displayPolicies.activateTitle', { name })}
      onCancel={onClose}
      onOk={() => void onOk()}
      okText={t('displayPolicies.activate')}
      okButtonProps={{ disabled: !preview.data }}
      confirmLoading={activate.isPending}
      cancelText={t('common.cancel')}
      destroyOnHidden
      width={640}
    >
      {preview.error && (
        <ProblemAlert error={preview.error} onRetry={() => void preview.refetch()} />
      )}
      {preview.isLoading && <Skeleton active />}
      {preview.data && <PreviewOfBays preview={preview.data} />}
    </Modal>
  );
}
