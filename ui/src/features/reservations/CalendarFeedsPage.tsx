import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CalendarFeed, MadeCalendarFeed } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { useConfirm } from '@/components/confirm';
import { EmptyState } from '@/components/EmptyState';
import { GatedButton } from '@/components/GatedButton';
import { LinkOutlined, PlusOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { Age, Moment } from '@/components/Moment';
import { useOpenParam } from '@/components/openParam';
import { type Column, QueryTable } from '@/components/QueryTable';
import { RevealSecret } from '@/components/RevealSecret';
import { TabHead } from '@/components/TabHead';
import { useToast } from '@/components/toast';
import { CreateFeedDialog } from './CreateFeedDialog';
import { feedsQuery, useRevokeFeed } from './feedQueries';
import { HowToSubscribe } from './HowToSubscribe';
import styles from './series.module.css';

const FILTERS: readonly never[] = [];

/** Secret links by which calendars elsewhere show reservations. */
export default function CalendarFeedsPage() {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('reservations:read');
  const list = useListState(FILTERS);
  const { q: _, ...asked } = list.query;
  const query = useQuery(feedsQuery(useTenantId(), asked));
  const [creating, setCreating] = useOpenParam('create');
  const [made, setMade] = useState<MadeCalendarFeed | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const columns = useColumns();
  return (
    <>
      <TabHead intro={t('feeds.intro')}>
        <GatedButton
          ref={button}
          icon={<LinkOutlined />}
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          onClick={() => setCreating('1')}
        >
          {t('feeds.create')}
        </GatedButton>
      </TabHead>
      <QueryTable
        label={t('feeds.title')}
        query={query}
        rows={(data) => data.calendar_feeds}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        empty={
          <EmptyState
            title={t('feeds.emptyTitle')}
            text={t('feeds.emptyText')}
            action={
              refusal === null && (
                <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating('1')}>
                  {t('feeds.createFirst')}
                </Button>
              )
            }
          />
        }
      />
      {creating !== null && refusal === null && (
        <CreateFeedDialog onClose={() => setCreating(null)} onCreated={setMade} />
      )}
      {made && (
        <RevealSecret
          title={t('feeds.createdTitle')}
          label={t('feeds.one')}
          secret={new URL(made.path, window.location.origin).href}
          onClose={() => setMade(null)}
          returnTo={button}
        >
          <HowToSubscribe />
        </RevealSecret>
      )}
    </>
  );
}

function useColumns(): Column<CalendarFeed>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      title: t('fields.name'),
      sort: 'name',
      isPrimary: true,
      render: ({ name }) => <strong className={styles.feedName}>{name}</strong>,
    },
    {
      key: 'shows',
      title: t('feeds.shows'),
      render: (feed) => <Shown feed={feed} />,
    },
    { key: 'user', title: t('feeds.madeBy'), render: ({ user_name }) => user_name },
    {
      key: 'created_at',
      title: t('feeds.made'),
      sort: 'created_at',
      render: ({ created_at }) => <Moment at={created_at} />,
    },
    {
      key: 'last_used_at',
      title: t('feeds.lastUsed'),
      sort: 'last_used_at',
      render: ({ last_used_at }) => (last_used_at ? <Age at={last_used_at} /> : t('common.never')),
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (feed) => <RevokeButton feed={feed} />,
    },
  ];
}

/** Whose reservations are in it: of a site, a bay, a person, or all. */
function Shown({ feed }: { feed: CalendarFeed }) {
  const { t } = useTranslation();
  const { site_id, site_name, space_id, space_code, person } = feed;
  if (!site_id && !space_id && !person) return t('feeds.everything');
  return (
    <>
      {site_id && (
        <span className={styles.line}>
          <Link to={paths.site(site_id)}>{site_name}</Link>
        </span>
      )}
      {space_id && (
        <span className={styles.line}>
          {t('reservations.bay')} <Link to={paths.bay(space_id)}>{space_code}</Link>
        </span>
      )}
      {person && <span className={styles.line}>{t('feeds.onlyOf', { person })}</span>}
    </>
  );
}

function RevokeButton({ feed }: { feed: CalendarFeed }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const toast = useToast();
  const revoke = useRevokeFeed();
  const refusal = useEstateRefusal('reservations:read');
  const { id, name } = feed;
  return (
    <GatedButton
      size="small"
      danger
      aria-label={t('feeds.revokeNamed', { name })}
      isAllowed={refusal === null}
      reason={refusal ?? ''}
      onClick={() =>
        confirm({
          title: t('feeds.revokeTitle', { name }),
          text: t('feeds.revokeText'),
          verb: t('feeds.revoke'),
          action: async () => {
            await revoke.mutateAsync(id);
            toast.done(t('feeds.revoked', { name }));
          },
        })
      }
    >
      {t('feeds.revoke')}
    </GatedButton>
  );
}
