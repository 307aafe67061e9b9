import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Device } from '@/api/types';
import { paths } from '@/app/paths';
import { useMe } from '@/app/session/me';
import { can, useEstateRefusal } from '@/app/session/permissions';
import { deviceTitle } from '@/components/devices';
import {
  DeleteOutlined,
  DisconnectOutlined,
  EditOutlined,
  LinkOutlined,
  SwapOutlined,
  SyncOutlined,
  UndoOutlined,
} from '@/components/icons';
import { type RowAction, RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { ArchiveDialog } from './ArchiveDialog';
import { AssignDialog } from './AssignDialog';
import { LifecycleDialog } from './LifecycleDialog';
import { useRestoreDevices } from './queries';
import { TransferDialog } from './TransferDialog';
import { UnassignDialog } from './UnassignDialog';

type Open = 'assign' | 'unassign' | 'stage' | 'archive' | 'transfer' | null;

/** Why a device cannot be put to work at a bay, whoever asks. */
export function useAssignRefusal(device: Device): string | null {
  const { t } = useTranslation();
  const denied = useEstateRefusal('devices:assign');
  if (denied) return denied;
  if (device.roles.length === 0) return t('devices.refusals.noRole');
  if (device.lifecycle_state !== 'operational' && !device.lifecycle_next.includes('operational')) {
    return t('devices.refusals.retired');
  }
  return null;
}

/** Everything one may do to a device. */
export function DeviceActions({ device, caption }: { device: Device; caption?: string }) {
  const { t } = useTranslation();
  const name = deviceTitle(device);
  const [open, setOpen] = useState<Open>(null);
  const actions = useActions(device, setOpen);
  const close = () => setOpen(null);
  return (
    <>
      <RowMenu label={t('devices.actionsFor', { name })} caption={caption} actions={actions} />
      {/* Only while in use: there is one of these for each of a hundred rows. */}
      {open === 'assign' && <AssignDialog device={device} onClose={close} />}
      {open === 'unassign' && <UnassignDialog device={device} onClose={close} />}
      {open === 'stage' && <LifecycleDialog device={device} onClose={close} />}
      {open === 'archive' && <ArchiveDialog devices={[device]} onClose={close} />}
      {open === 'transfer' && <TransferDialog device={device} onClose={close} />}
    </>
  );
}

function useActions(device: Device, setOpen: (open: Open) => void): RowAction[] {
  const { t } = useTranslation();
  const me = useMe();
  const toast = useToast();
  const navigate = useNavigate();
  const mayNotManage = useEstateRefusal('devices:manage');
  const mayNotAssign = useEstateRefusal('devices:assign');
  const cannotAssign = useAssignRefusal(device);
  const restore = useRestoreDevices();
  const { id, space_id, archived_at, lifecycle_next } = device;
  const name = deviceTitle(device);

  const transfer: RowAction[] = can(me, 'tenants:manage')
    ? [
        {
          key: 'transfer',
          label: t('devices.transfer'),
          icon: <SwapOutlined />,
          onPick: () => setOpen('transfer'),
        },
      ]
    : [];
  if (archived_at) {
    return [
      {
        key: 'restore',
        label: t('common.restore'),
        icon: <UndoOutlined />,
        refusal: mayNotManage,
        onPick: () =>
          restore.mutate([{ ...device, space_id: null }], {
            onSuccess: () => toast.done(t('devices.restored', { name })),
            onError: toast.failed,
          }),
      },
    ];
  }
  const work: RowAction = space_id
    ? {
        key: 'unassign',
        label: t('devices.unassign'),
        icon: <DisconnectOutlined />,
        refusal: mayNotAssign,
        onPick: () => setOpen('unassign'),
      }
    : {
        key: 'assign',
        label: t('devices.assign'),
        icon: <LinkOutlined />,
        refusal: cannotAssign,
        onPick: () => setOpen('assign'),
      };
  return [
    work,
    {
      key: 'edit',
      label: t('common.edit'),
      icon: <EditOutlined />,
      refusal: mayNotManage,
      onPick: () => void navigate(paths.device(id, { edit: true })),
    },
    {
      key: 'stage',
      label: t('devices.changeStage'),
      icon: <SyncOutlined />,
      refusal: mayNotManage ?? (lifecycle_next.length > 0 ? null : t('devices.refusals.lifeOver')),
      onPick: () => setOpen('stage'),
    },
    ...transfer,
    {
      key: 'archive',
      label: t('devices.archive'),
      icon: <DeleteOutlined />,
      isDanger: true,
      refusal: mayNotManage,
      onPick: () => setOpen('archive'),
    },
  ];
}
