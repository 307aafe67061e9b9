import { useTranslation } from 'react-i18next';
import type { Gateway } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useConfirm } from '@/components/confirm';
import { DeleteOutlined, EditOutlined } from '@/components/icons';
import { RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { useDeleteGateway } from './queries';

type Props = {
  gateway: Gateway;
  caption?: string;
  onEdit: (id: string) => void;
  onDeleted?: () => void;
};

export function GatewayActions({ gateway, caption, onEdit, onDeleted }: Props) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const toast = useToast();
  const refusal = useEstateRefusal('devices:manage');
  const remove = useDeleteGateway();
  const { id, name } = gateway;
  return (
    <RowMenu
      label={t('gateways.actionsFor', { name })}
      caption={caption}
      actions={[
        {
          key: 'edit',
          label: t('common.edit'),
          icon: <EditOutlined />,
          refusal,
          onPick: () => onEdit(id),
        },
        {
          key: 'delete',
          label: t('common.delete'),
          icon: <DeleteOutlined />,
          isDanger: true,
          refusal,
          onPick: () =>
            confirm({
              title: t('gateways.deleteTitle', { name }),
              text: t('gateways.deleteText'),
              verb: t('common.delete'),
              action: async () => {
                await remove.mutateAsync(id);
                onDeleted?.();
                toast.done(t('gateways.deleted', { name }));
              },
            }),
        },
      ]}
    />
  );
}
