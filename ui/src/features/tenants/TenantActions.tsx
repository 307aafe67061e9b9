import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tenant } from '@/api/types';
import { useCan } from '@/app/session/permissions';
import { useConfirm } from '@/components/confirm';
import {
  DeleteOutlined,
  LoginOutlined,
  PauseCircleOutlined,
  PlayCircleOutlined,
} from '@/components/icons';
import { type RowAction, RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { DeleteTenantDialog } from './DeleteTenantDialog';
import { EnterTenantDialog } from './EnterTenantDialog';
import { useActivateTenant } from './queries';
import { SuspendTenantDialog } from './SuspendTenantDialog';

type Open = 'enter' | 'suspend' | 'delete' | null;

/** Everything one may do to a tenant as a whole. */
export function TenantActions({ tenant, caption }: { tenant: Tenant; caption?: string }) {
  const { t } = useTranslation();
  const mayManage = useCan('tenants:manage');
  const confirm = useConfirm();
  const toast = useToast();
  const activate = useActivateTenant();
  const [open, setOpen] = useState<Open>(null);
  const { name, status, kind } = tenant;
  const refusal = !mayManage
    ? t('tenants.notAllowed')
    : kind === 'platform'
      ? t('tenants.isPlatform')
      : null;

  const actions: RowAction[] = [
    {
      key: 'enter',
      label: t('tenants.enter'),
      icon: <LoginOutlined />,
      refusal: refusal ?? (status === 'active' ? null : t('tenants.notActive')),
      onPick: () => setOpen('enter'),
    },
    status === 'active'
      ? {
          key: 'suspend',
          label: t('tenants.suspend'),
          icon: <PauseCircleOutlined />,
          refusal,
          onPick: () => setOpen('suspend'),
        }
      : {
          key: 'activate',
          label: status === 'deleting' ? t('tenants.keep') : t('tenants.activate'),
          icon: <PlayCircleOutlined />,
          refusal,
          onPick: () =>
            confirm({
              title: t('tenants.activateTitle', { name }),
              text: t('tenants.activateText'),
              verb: status === 'deleting' ? t('tenants.keep') : t('tenants.activate'),
              isDestructive: false,
              action: async () => {
                await activate.mutateAsync(tenant.id);
                toast.done(t('tenants.activated', { name }));
              },
            }),
        },
  ];
  if (status !== 'deleting') {
    actions.push({
      key: 'delete',
      label: t('tenants.delete'),
      icon: <DeleteOutlined />,
      isDanger: true,
      refusal,
      onPick: () => setOpen('delete'),
    });
  }

  const close = () => setOpen(null);
  return (
    <>
      <RowMenu label={t('tenants.actionsFor', { name })} actions={actions} caption={caption} />
      <EnterTenantDialog tenant={tenant} isOpen={open === 'enter'} onClose={close} />
      <SuspendTenantDialog tenant={tenant} isOpen={open === 'suspend'} onClose={close} />
      <DeleteTenantDialog tenant={tenant} isOpen={open === 'delete'} onClose={close} />
    </>
  );
}
