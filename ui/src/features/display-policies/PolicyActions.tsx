import { useTranslation } from 'react-i18next';
import type { DisplayPolicy } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useConfirm } from '@/components/confirm';
import { CheckCircleFilled, DeleteOutlined, EditOutlined, StopOutlined } from '@/components/icons';
import { RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { useActivatePolicy, useDeactivatePolicy, useDeletePolicy } from './queries';

type Props = {
  policy: DisplayPolicy;
  onEdit: (id: string) => void;
  onActivate: (id: string) => void;
};

/** What one may do with a policy. */
export function PolicyActions({ policy, onEdit, onActivate }: Props) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const toast = useToast();
  const refusal = useEstateRefusal('displays:manage');
  const activate = useActivatePolicy();
  const deactivate = useDeactivatePolicy();
  const remove = useDeletePolicy();
  const { id, name, is_active } = policy;
  const back = {
    key: 'deactivate',
    label: t('displayPolicies.deactivate'),
    icon: <StopOutlined />,
    refusal,
    onPick: () =>
      confirm({
        title: t('displayPolicies.deactivateTitle', { name }),
        text: t('displayPolicies.deactivateText'),
        verb: t('displayPolicies.deactivate'),
        isDestructive: false,
        action: async () => {
          await deactivate.mutateAsync(id);
          toast.undoable(t('displayPolicies.deactivated', { name }), () =>
            activate.mutateAsync({ id }),
          );
        },
      }),
  };
  const forth = {
    key: 'activate',
    label: t('displayPolicies.activate'),
    icon: <CheckCircleFilled />,
    refusal,
    onPick: () => onActivate(id),
  };
  return (
    <RowMenu
      label={t('displayPolicies.actionsFor', { name })}
      actions={[
        {
          key: 'edit',
          label: t('common.edit'),
          icon: <EditOutlined />,
          refusal,
          onPick: () => onEdit(id),
        },
        is_active ? back : forth,
        {
          key: 'delete',
          label: t('common.delete'),
          icon: <DeleteOutlined />,
          isDanger: true,
          refusal: refusal ?? (is_active ? t('displayPolicies.activeStays') : null),
          onPick: () =>
            confirm({
              title: t('displayPolicies.deleteTitle', { name }),
              text: t('displayPolicies.deleteText'),
              verb: t('common.delete'),
              action: async () => {
                await remove.mutateAsync(id);
                toast.done(t('displayPolicies.deleted', { name }));
              },
            }),
        },
      ]}
    />
  );
}
