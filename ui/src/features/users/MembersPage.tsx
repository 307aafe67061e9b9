import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Member } from '@/api/types';
import { useMe } from '@/app/session/me';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { useListState } from '@/components/listState';
import { Moment } from '@/components/Moment';
import { type Column, QueryTable } from '@/components/QueryTable';
import { roles, useRoleName } from '@/components/roles';
import { StatusTag } from '@/components/StatusTag';
import { MemberActions } from './MemberActions';
import { type MemberFilter, membersQuery } from './queries';
import { RoleDialog } from './RoleDialog';
import styles from './users.module.css';

const FILTERS: readonly MemberFilter[] = ['role', 'is_active'];

export default function MembersPage() {
  const { t } = useTranslation();
  const me = useMe();
  const list = useListState(FILTERS);
  const query = useQuery(membersQuery(useTenantId(), list.query));
  const [roleOf, setRoleOf] = useState<Member | null>(null);
  const columns = useColumns(me.user?.id, setRoleOf);
  const roleName = useRoleName();

  return (
    <>
      <QueryTable
        label={t('users.members')}
        query={query}
        rows={(data) => data.users}
        rowKey={(member) => member.membership.id}
        columns={columns}
        list={list}
        searchLabel={t('users.search')}
        isRowMuted={(member) => !member.membership.is_active}
        filters={
          <>
            <Select
              aria-label={t('users.filterRole')}
              placeholder={t('users.filterRole')}
              className={styles.filter}
              allowClear
              value={list.filters.role}
              onChange={(role) => list.setFilter('role', role)}
              options={roles.map((role) => ({ value: role, label: roleName(role) }))}
            />
            <Select
              aria-label={t('users.filterStatus')}
              placeholder={t('users.filterStatus')}
              className={styles.filter}
              allowClear
              value={list.filters.is_active}
              onChange={(isActive) => list.setFilter('is_active', isActive)}
              options={[
                { value: 'true', label: t('users.active') },
                { value: 'false', label: t('users.inactive') },
              ]}
            />
          </>
        }
        empty={<EmptyState title={t('users.emptyTitle')} text={t('users.emptyText')} />}
      />
      <RoleDialog member={roleOf} onClose={() => setRoleOf(null)} />
    </>
  );
}

function useColumns(
  ownId: string | undefined,
  onChangeRole: (member: Member) => void,
): Column<Member>[] {
  const { t } = useTranslation();
  const roleName = useRoleName();
  return [
    {
      key: 'name',
      title: t('fields.name'),
      sort: 'name',
      isPrimary: true,
      render: (member) => (
        <span className={styles.person}>
          <span className={styles.personName}>
            {member.name || member.email}
            {member.id === ownId && <span className={styles.you}>{t('users.you')}</span>}
          </span>
          <span className={styles.personMail}>{member.email}</span>
        </span>
      ),
    },
    {
      key: 'role',
      title: t('fields.role'),
      render: (member) => roleName(member.membership.role),
    },
    {
      key: 'status',
      title: t('fields.status'),
      render: (member) =>
        member.membership.is_active && member.is_active ? (
          <StatusTag tone="good">{t('users.active')}</StatusTag>
        ) : (
          <StatusTag tone="quiet">{t('users.inactive')}</StatusTag>
        ),
    },
    {
      key: 'created_at',
      title: t('users.memberSince'),
      sort: 'created_at',
      render: (member) => <Moment at={member.membership.created_at} />,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (member) => <MemberActions member={member} onChangeRole={onChangeRole} />,
    },
  ];
}
