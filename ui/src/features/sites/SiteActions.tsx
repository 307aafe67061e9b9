import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site } from '@/api/types';
import { useEstateRefusal } from '@/app/session/permissions';
import { DeleteOutlined, EditOutlined, UndoOutlined } from '@/components/icons';
import { type RowAction, RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { DeleteSiteDialog } from './DeleteSiteDialog';
import { useDeleteSite, useRestoreSite } from './queries';

type Props = {
  site: Site;
  caption?: string;
  onEdit: (id: string) => void;
  onDeleted?: () => void;
};

/** Everything one may do to a site as a whole. */
export function SiteActions({ site, caption, onEdit, onDeleted }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const refusal = useEstateRefusal('sites:manage');
  const restore = useRestoreSite();
  const remove = useDeleteSite();
  const [isDeleting, setIsDeleting] = useState(false);
  const { id, name } = site;
  const actions: RowAction[] = site.deleted_at
    ? [
        {
          key: 'restore',
          label: t('common.restore'),
          icon: <UndoOutlined />,
          refusal,
          onPick: () =>
            restore.mutate(
              { id },
              {
                onSuccess: () =>
                  toast.undoable(t('sites.restored', { name }), () =>
                    remove.mutateAsync({ id, fate: { kind: 'none' } }),
                  ),
                onError: toast.failed,
              },
            ),
        },
      ]
    : [
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
          onPick: () => setIsDeleting(true),
        },
      ];
  return (
    <>
      <RowMenu label={t('sites.actionsFor', { name })} caption={caption} actions={actions} />
      <DeleteSiteDialog
        site={site}
        isOpen={isDeleting}
        onClose={() => setIsDeleting(false)}
        onDeleted={onDeleted}
      />
    </>
  );
}
