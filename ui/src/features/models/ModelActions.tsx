import { useTranslation } from 'react-i18next';
import type { DeviceModel } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { useConfirm } from '@/components/confirm';
import { DeleteOutlined, EditOutlined } from '@/components/icons';
import { RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { useDeleteModel } from './queries';

type Props = { model: DeviceModel; caption?: string; onEdit: (id: string) => void };

/** What one may do with a model of the tenant's own; those of the catalogue stay as they are. */
export function ModelActions({ model, caption, onEdit }: Props) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const toast = useToast();
  const refusal = useEstateRefusal('devices:manage');
  const remove = useDeleteModel();
  const { id, vendor } = model;
  const name = `${vendor} ${model.name}`;
  return (
    <RowMenu
      label={t('models.actionsFor', { name })}
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
              title: t('models.deleteTitle', { name }),
              text: t('models.deleteText'),
              verb: t('common.delete'),
              action: async () => {
                await remove.mutateAsync(id);
                toast.done(t('models.deleted', { name }));
              },
            }),
        },
      ]}
    />
  );
}
