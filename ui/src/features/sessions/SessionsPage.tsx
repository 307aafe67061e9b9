import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SessionEntry } from '@/api/types';
import { useSessionActions, useTenantId } from '@/app/session/useSession';
import { useConfirm } from '@/components/confirm';
import { EmptyState } from '@/components/EmptyState';
import { LogoutOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { Age, Moment } from '@/components/Moment';
import { PageHeader } from '@/components/PageHeader';
import { type Column, QueryTable } from '@/components/QueryTable';
import { StatusTag } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import { sessionsQuery, useEndSession } from './queries';
import { deviceOf } from './userAgent';

const FILTERS: readonly never[] = [];

export default function SessionsPage() {
  const { t } = useTranslation();
  const list = useListState(FILTERS);
  const query = useQuery(sessionsQuery(useTenantId(), list.query));
  const confirm = useConfirm();
  const { signOutEverywhere } = useSessionActions();
  return (
    <>
      <PageHeader
        title={t('sessions.title')}
        intro={t('sessions.intro')}
        actions={
          <Button
            danger
            icon={<LogoutOutlined />}
            onClick={() =>
              confirm({
                title: t('sessions.endAllTitle'),
                text: t('sessions.endAllText'),
                verb: t('sessions.endAll'),
                action: signOutEverywhere,
              })
            }
          >
            {t('sessions.endAll')}
          </Button>
        }
      />
      <QueryTable
        label={t('sessions.title')}
        query={query}
        rows={(data) => data.sessions}
        rowKey={({ id }) => id}
        columns={useColumns()}
        list={list}
        empty={<EmptyState title={t('sessions.emptyTitle')} text={t('sessions.emptyText')} />}
      />
    </>
  );
}

function useColumns(): Column<SessionEntry>[] {
  const { t } = useTranslation();
  const deviceName = useDeviceName();
  return [
    {
      key: 'device',
      title: t('sessions.device'),
      isPrimary: true,
      render: (session) => <span title={session.user_agent ?? ''}>{deviceName(session)}</span>,
    },
    {
      key: 'state',
      title: t('fields.status'),
      render: ({ is_current }) =>
        is_current ? (
          <StatusTag tone="good">{t('sessions.current')}</StatusTag>
        ) : (
          <StatusTag tone="quiet">{t('sessions.other')}</StatusTag>
        ),
    },
    { key: 'ip', title: t('sessions.address'), render: ({ ip }) => ip ?? t('common.unknown') },
    {
      key: 'last_used_at',
      title: t('sessions.lastUsed'),
      render: ({ last_used_at, created_at }) => <Age at={last_used_at ?? created_at} />,
    },
    {
      key: 'created_at',
      title: t('sessions.begun'),
      render: ({ created_at }) => <Moment at={created_at} />,
    },
    {
      key: 'expires_at',
      title: t('sessions.expires'),
      render: ({ expires_at }) => <Moment at={expires_at} />,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (session) => <EndButton session={session} name={deviceName(session)} />,
    },
  ];
}

function useDeviceName(): (session: SessionEntry) => string {
  const { t } = useTranslation();
  return ({ user_agent }) => {
    const { browser, system } = deviceOf(user_agent ?? '');
    if (browser && system) return t('sessions.browserOn', { browser, system });
    return browser ?? system ?? user_agent ?? t('common.unknown');
  };
}

function EndButton({ session, name }: { session: SessionEntry; name: string }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const toast = useToast();
  const end = useEndSession();
  const { signOut } = useSessionActions();
  return (
    <Button
      size="small"
      aria-label={t('sessions.endNamed', { device: name })}
      onClick={() =>
        confirm({
          title: session.is_current
            ? t('sessions.endOwnTitle')
            : t('sessions.endTitle', { device: name }),
          text: session.is_current ? t('sessions.endOwnText') : t('sessions.endText'),
          verb: t('sessions.end'),
          action: async () => {
            if (session.is_current) return signOut();
            await end.mutateAsync(session.id);
            toast.done(t('sessions.ended'));
          },
        })
      }
    >
      {t('sessions.end')}
    </Button>
  );
}
