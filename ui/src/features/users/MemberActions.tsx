import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Member } from '@/api/types';
import { paths } from '@/app/paths';
import { useMe } from '@/app/session/me';
import { can } from '@/app/session/permissions';
import { useConfirm } from '@/components/confirm';
import {
  AuditOutlined,
  DeleteOutlined,
  PauseCircleOutlined,
  PlayCircleOutlined,
  SwapOutlined,
} from '@/components/icons';
import { type RowAction, RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { memberRefusal } from './grants';
import { useChangeMembership, useRemoveMembership } from './queries';

type Props = { member: Member; onChangeRole: (member: Member) => void };

export function MemberActions({ member, onChangeRole }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const toast = useToast();
  const change = useChangeMembership();
  const remove = useRemoveMembership();
  const name = member.name || member.email;
  const refused = memberRefusal(me, member.membership.role);
  const refusal = refused && t(`users.refusals.${refused}`);
  const isSelf = member.id === me.user?.id;
  const isActive = member.membership.is_active;

  async function activate() {
    await change.mutateAsync({ member, is_active: true });
    toast.done(t('users.activated', { name }));
  }

  function deactivate() {
    confirm({
      title: t('users.deactivateTitle', { name }),
      text: isSelf ? t('users.deactivateSelfText') : t('users.deactivateText'),
      verb: t('users.deactivate'),
      action: async () => {
        await change.mutateAsync({ member, is_active: false });
        if (isSelf) return;
        toast.undoable(t('users.deactivated', { name }), () =>
          change.mutateAsync({ member, is_active: true }),
        );
      },
    });
  }

  const actions: RowAction[] = [
    {
      key: 'role',
      label: t('users.changeRole'),
      icon: <SwapOutlined />,
      refusal,
      onPick: () => onChangeRole(member),
    },
    isActive
      ? {
          key: 'deactivate',
          label: t('users.deactivate'),
          icon: <PauseCircleOutlined />,
          refusal,
          onPick: deactivate,
        }
      : {
          key: 'activate',
          label: t('users.activate'),
          icon: <PlayCircleOutlined />,
          refusal,
          onPick: () => void activate().catch(toast.failed),
        },
    {
      key: 'remove',
      label: t('users.remove'),
      icon: <DeleteOutlined />,
      isDanger: true,
      refusal,
      onPick: () =>
        confirm({
          title: t('users.removeTitle', { name, tenant: me.tenant.name }),
          text: t('users.removeText'),
          verb: t('users.remove'),
          action: async () => {
            await remove.mutateAsync(member);
            toast.done(t('users.removed', { name }));
          },
        }),
    },
  ];
  if (can(me, 'audit:read')) {
    actions.push({
      key: 'audit',
      label: t('users.showAudit'),
      icon: <AuditOutlined />,
      onPick: () =>
        void navigate(paths.auditLog({ entityType: 'membership', entityId: member.membership.id })),
    });
  }
  return <RowMenu label={t('users.actionsFor', { name })} actions={actions} />;
}
