import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { Invitation, InvitationStatus } from '@/api/types';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { useConfirm } from '@/components/confirm';
import { EmptyState } from '@/components/EmptyState';
import { MailOutlined, StopOutlined, UserAddOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { Age, Moment } from '@/components/Moment';
import { type Column, QueryTable } from '@/components/QueryTable';
import { RowMenu } from '@/components/RowMenu';
import { useRoleName } from '@/components/roles';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import { InviteDialog } from './InviteDialog';
import {
  type InvitationFilter,
  invitationsQuery,
  useResendInvitation,
  useRevokeInvitation,
} from './queries';
import styles from './users.module.css';

const FILTERS: readonly InvitationFilter[] = ['status'];
const statuses: readonly InvitationStatus[] = ['pending', 'accepted', 'revoked', 'expired'];
const tones: Record<InvitationStatus, Tone> = {
  pending: 'waiting',
  accepted: 'good',
  revoked: 'quiet',
  expired: 'warning',
};

export default function InvitationsPage() {
  const { t } = useTranslation();
  const list = useListState(FILTERS);
  const query = useQuery(invitationsQuery(useTenantId(), list.query));
  const mayInvite = useCan('users:manage');
  const [params, setParams] = useSearchParams();

  function setInviting(isInviting: boolean) {
    setParams(
      (current) => {
        const next = new URLSearchParams(current);
        if (isInviting) next.set('invite', '1');
        else next.delete('invite');
        return next;
      },
      { replace: true },
    );
  }

  return (
    <>
      <QueryTable
        label={t('users.invitations')}
        query={query}
        rows={(data) => data.invitations}
        rowKey={({ id }) => id}
        columns={useColumns()}
        list={list}
        searchLabel={t('invitations.search')}
        isRowMuted={({ status }) => status === 'revoked' || status === 'expired'}
        filters={
          <Select
            aria-label={t('invitations.filterStatus')}
            placeholder={t('invitations.filterStatus')}
            className={styles.filter}
            allowClear
            value={list.filters.status}
            onChange={(status) => list.setFilter('status', status)}
            options={statuses.map((status) => ({
              value: status,
              label: t(`invitations.statuses.${status}`),
            }))}
          />
        }
        empty={
          <EmptyState
            title={t('invitations.emptyTitle')}
            text={t('invitations.emptyText')}
            action={
              mayInvite && (
                <Button icon={<UserAddOutlined />} onClick={() => setInviting(true)}>
                  {t('users.invite')}
                </Button>
              )
            }
          />
        }
      />
      <InviteDialog
        isOpen={mayInvite && params.get('invite') === '1'}
        onClose={() => setInviting(false)}
      />
    </>
  );
}

function useColumns(): Column<Invitation>[] {
  const { t } = useTranslation();
  const roleName = useRoleName();
  return [
    {
      key: 'email',
      title: t('fields.email'),
      sort: 'email',
      isPrimary: true,
      render: ({ email }) => <span className={styles.personName}>{email}</span>,
    },
    { key: 'role', title: t('fields.role'), render: ({ role }) => roleName(role) },
    {
      key: 'status',
      title: t('fields.status'),
      render: ({ status }) => <InvitationState status={status} />,
    },
    {
      key: 'invited_by',
      title: t('invitations.invitedBy'),
      minWidth: 140,
      render: ({ invited_by }) => invited_by?.name ?? t('common.unknown'),
    },
    {
      key: 'created_at',
      title: t('invitations.sent'),
      sort: 'created_at',
      render: ({ last_sent_at, created_at }) => <Age at={last_sent_at ?? created_at} />,
    },
    {
      key: 'expires_at',
      title: t('invitations.expires'),
      sort: 'expires_at',
      render: ({ expires_at }) => <Moment at={expires_at} />,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (invitation) => <InvitationActions invitation={invitation} />,
    },
  ];
}

function InvitationState({ status }: { status: string }) {
  const { t } = useTranslation();
  const known = statuses.find((each) => each === status);
  if (!known) return status;
  return <StatusTag tone={tones[known]}>{t(`invitations.statuses.${known}`)}</StatusTag>;
}

function InvitationActions({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation();
  const mayManage = useCan('users:manage');
  const confirm = useConfirm();
  const toast = useToast();
  const resend = useResendInvitation();
  const revoke = useRevokeInvitation();
  const { email, id, status } = invitation;
  if (status === 'accepted' || status === 'revoked') return null;
  const refusal = mayManage ? null : t('users.refusals.notAllowed');
  return (
    <RowMenu
      label={t('invitations.actionsFor', { email })}
      actions={[
        {
          key: 'resend',
          label: t('invitations.resend'),
          icon: <MailOutlined />,
          refusal,
          onPick: () =>
            resend.mutate(id, {
              onSuccess: () => toast.done(t('invitations.resent', { email })),
              onError: toast.failed,
            }),
        },
        {
          key: 'revoke',
          label: t('invitations.revoke'),
          icon: <StopOutlined />,
          isDanger: true,
          refusal,
          onPick: () =>
            confirm({
              title: t('invitations.revokeTitle', { email }),
              text: t('invitations.revokeText'),
              verb: t('invitations.revoke'),
              action: async () => {
                await revoke.mutateAsync(id);
                toast.done(t('invitations.revoked', { email }));
              },
            }),
        },
      ]}
    />
  );
}
