import { Button, Skeleton, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { UplinkQuery } from '@/api/types';
import { paths } from '@/app/paths';
import { useCan } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import { useFormats } from '@/components/format';
import { PauseCircleOutlined, PlayCircleOutlined, WarningFilled } from '@/components/icons';
import { type ListState, useListState } from '@/components/listState';
import { useFromNow } from '@/components/now';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SearchField } from '@/components/SearchField';
import { KEPT_MAX } from './follow';
import { UplinkDrawer } from './UplinkDrawer';
import { UplinkTable } from './UplinkTable';
import styles from './uplinks.module.css';
import { useFollow } from './useFollow';
import { kinds, outcomes, sources } from './words';

/** As the API names them, so that a link made by hand or by a program works. */
const filterNames = [
  'device_id',
  'space_id',
  'site_id',
  'kind',
  'outcome',
  'source',
  'to',
  'before',
] as const;
type Filter = (typeof filterNames)[number];

/** Asked every two seconds, what is older than this does not flow. */
const FLOWS_MS = 10_000;

/** What the radio says, as it comes in: to see whether a device is heard, and what is made of it. */
export default function UplinksPage() {
  const { t } = useTranslation();
  const list = useListState<Filter>(filterNames);
  const [isPaused, setIsPaused] = useState(false);
  const [openId, setOpenId] = useOpenParam('message');
  const wanted = {
    ...list.filters,
    ...(list.query.q ? { dev_eui: list.query.q } : {}),
  } as UplinkQuery;
  const follow = useFollow(useTenantId(), wanted, isPaused);
  const { rows, heldCount, hasMore, error, isPending, resume } = follow;
  const isBygone = Boolean(list.filters.before || list.filters.to);
  const oldest = rows.at(-1)?.id;
  return (
    <>
      <PageHeader title={t('uplinks.title')} intro={t('uplinks.intro')} />
      <section className={styles.panel} aria-label={t('uplinks.title')}>
        <div className={styles.tools}>
          <SearchField
            label={t('uplinks.search')}
            value={list.query.q ?? ''}
            onSearch={list.setSearch}
          />
          <UplinkFilters list={list} />
          {isBygone ? (
            <span className={styles.stream}>
              <span className={styles.held}>{t('uplinks.bygone')}</span>
              <Button onClick={() => list.setFilters({ before: undefined, to: undefined })}>
                {t('uplinks.toNow')}
              </Button>
            </span>
          ) : (
            <Stream
              isPaused={isPaused}
              heldCount={heldCount}
              answeredAt={follow.answeredAt}
              onTurn={() => {
                if (isPaused) resume();
                setIsPaused(!isPaused);
              }}
            />
          )}
        </div>
        <Narrowed list={list} />
        {error !== null && (
          <div className={styles.problem}>
            <ProblemAlert error={error} onRetry={follow.retry} />
          </div>
        )}
        {isPending && <Skeleton active className={styles.problem ?? ''} />}
        {!isPending &&
          error === null &&
          rows.length === 0 &&
          (list.isFiltered ? (
            <EmptyState title={t('uplinks.noneTitle')} text={t('uplinks.noneText')} />
          ) : (
            <Unconnected />
          ))}
        {rows.length > 0 && <UplinkTable rows={rows} onOpen={setOpenId} />}
        {hasMore && (
          <p className={styles.foot}>
            {!isBygone && t('uplinks.kept', { max: KEPT_MAX })}{' '}
            <Button onClick={() => list.setFilters({ before: oldest, to: undefined })}>
              {t('uplinks.older')}
            </Button>
          </p>
        )}
      </section>
      <UplinkDrawer
        id={openId}
        known={rows.find(({ id }) => id === openId)}
        onClose={() => setOpenId(null)}
      />
    </>
  );
}

type StreamProps = {
  isPaused: boolean;
  heldCount: number;
  answeredAt: number;
  onTurn: () => void;
};

/** Whether it flows; to hold it still, and what came meanwhile. */
function Stream({ isPaused, heldCount, answeredAt, onTurn }: StreamProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const isLate = useFromNow((now) => answeredAt > 0 && now - answeredAt > FLOWS_MS);
  return (
    <span className={styles.stream}>
      <span className={isLate ? styles.late : styles.held} aria-live="polite">
        {isLate && <WarningFilled />}{' '}
        {isLate
          ? t('dataAge.stale', { at: formats.clock(answeredAt) })
          : isPaused
            ? t('uplinks.held', { count: heldCount, formatted: formats.number(heldCount) })
            : answeredAt > 0 && t('uplinks.live')}
      </span>
      <Button
        type={isPaused ? 'primary' : 'default'}
        icon={isPaused ? <PlayCircleOutlined /> : <PauseCircleOutlined />}
        onClick={onTurn}
      >
        {isPaused ? t('uplinks.resume') : t('uplinks.pause')}
      </Button>
    </span>
  );
}

function UplinkFilters({ list }: { list: ListState<Filter> }) {
  const { t } = useTranslation();
  const { kind, outcome, source } = list.filters;
  const count = [kind, outcome, source].filter(Boolean).length;
  return (
    <Filters
      count={count}
      onReset={() => list.setFilters({ kind: undefined, outcome: undefined, source: undefined })}
    >
      <FilterChoice
        label={t('uplinks.kind')}
        value={kind}
        onChange={(value) => list.setFilter('kind', value)}
        options={kinds.map((value) => ({ value, label: t(`uplinks.kinds.${value}`) }))}
      />
      <FilterChoice
        label={t('uplinks.outcome')}
        value={outcome}
        onChange={(value) => list.setFilter('outcome', value)}
        options={outcomes.map((value) => ({ value, label: t(`uplinks.outcomes.${value}`) }))}
      />
      <FilterChoice
        label={t('uplinks.source')}
        value={source}
        onChange={(value) => list.setFilter('source', value)}
        options={sources.map((value) => ({ value, label: t(`uplinks.sources.${value}`) }))}
      />
    </Filters>
  );
}

/** What a link narrowed the stream to, and how to see all of it again. */
function Narrowed({ list }: { list: ListState<Filter> }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const narrowed = (['device_id', 'space_id', 'site_id'] as const).filter(
    (name) => list.filters[name],
  );
  const { to } = list.filters;
  const isMoment = to !== undefined && !Number.isNaN(Date.parse(to));
  if (narrowed.length === 0 && !isMoment) return null;
  return (
    <p className={styles.narrowed}>
      {narrowed.map((name) => (
        <Tag key={name}>{t(`uplinks.only.${name}`)}</Tag>
      ))}
      {isMoment && <Tag>{t('uplinks.only.to', { at: formats.precise(to) })}</Tag>}
      <Button type="link" size="small" onClick={list.clear}>
        {t('uplinks.showAll')}
      </Button>
    </p>
  );
}

/** Nothing ever came: how to connect what hears the devices. */
function Unconnected() {
  const { t } = useTranslation();
  const mayMakeKeys = useCan('api_keys:manage');
  const roads = ['chirpstack', 'tts', 'observations'] as const;
  return (
    <EmptyState
      title={t('uplinks.emptyTitle')}
      text={
        <>
          {t('uplinks.emptyText')}
          <span className={styles.roads}>
            {roads.map((road) => (
              <span key={road} className={styles.road}>
                {t(`uplinks.roads.${road}`)}{' '}
                <code>{`${window.location.origin}/api/v6/ingest/${road}`}</code>
              </span>
            ))}
          </span>
          {t('uplinks.emptyKey')} {t('uplinks.emptyBroker')}
        </>
      }
      action={
        <>
          {mayMakeKeys && (
            <Link to={paths.apiKeys({ create: 'ingest' })}>{t('uplinks.emptyAction')}</Link>
          )}
          <a href="/docs">{t('uplinks.emptyDocs')}</a>
        </>
      }
    />
  );
}
