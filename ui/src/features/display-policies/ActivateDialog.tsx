import { useQuery } from '@tanstack/react-query';
import { Alert, Modal, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
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

  const isStale = activate.error !== null && asProblem(activate.error).status === 412;

  async function onOk() {
    if (!policyId || !preview.data) return;
    try {
      const { replaced_id } = await activate.mutateAsync({ id: policyId, etag: preview.data.etag });
      onClose();
      toast.undoable(t('displayPolicies.activated', { name }), () =>
        replaced_id ? activate.mutateAsync({ id: replaced_id }) : deactivate.mutateAsync(policyId),
      );
    } catch (error) {
      // What would be activated is not what was seen: it is shown, and one decides anew.
      if (asProblem(error).status === 412) void preview.refetch();
      else toast.failed(error);
    }
  }

  return (
    <Modal
      open={policyId !== null}
      title={t('displayPolicies.activateTitle', { name })}
      onCancel={onClose}
      afterClose={activate.reset}
      onOk={() => void onOk()}
      okText={t('displayPolicies.activate')}
      okButtonProps={{ disabled: !preview.data || preview.isFetching }}
      confirmLoading={activate.isPending}
      cancelText={t('common.cancel')}
      destroyOnHidden
      width={640}
    >
      {preview.error && (
        <ProblemAlert error={preview.error} onRetry={() => void preview.refetch()} />
      )}
      {preview.isLoading && <Skeleton active />}
      {isStale && (
        <Alert type="warning" showIcon title={t('displayPolicies.changedMeanwhile')} role="alert" />
      )}
      {preview.data && <PreviewOfBays preview={preview.data.preview} />}
    </Modal>
  );
}
