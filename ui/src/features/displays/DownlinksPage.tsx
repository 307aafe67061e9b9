import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Downlink } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import { ColorSign } from '@/components/lamp/LampSign';
import { downlinkStatuses, downlinkTones, useLampWords } from '@/components/lamp/words';
import { type ListState, useListState } from '@/components/listState';
import { Age } from '@/components/Moment';
import { useOpenParam } from '@/components/openParam';
import { PageHeader } from '@/components/PageHeader';
import { type Column, QueryTable } from '@/components/QueryTable';
import { SitePicker } from '@/components/SitePicker';
import { StatusTag } from '@/components/StatusTag';
import { AirtimePanel } from './AirtimePanel';
import { DownlinkDrawer } from './DownlinkDrawer';
import styles from './displays.module.css';
import { QueueHealth } from './QueueHealth';
import { type DownlinkFilter, downlinkFilters, downlinksQuery } from './queries';
import { RetryButton } from './RetryButton';

/** Every command to a lamp, how it fares, and how much of the air is used. */
export default function DownlinksPage() {
  const { t } = useTranslation();
  const list = useListState<DownlinkFilter>(downlinkFilters);
  const query = useQuery(downlinksQuery(useTenantId(), list.query));
  const [openId, setOpenId] = useOpenParam('downlink');
  const columns = useColumns(setOpenId);
  const [selected, setSelected] = useState<string[]>([]);
  const isGivenUp = list.filters.status === 'failed';
  const { site_id, device_id } = list.filters;
  return (
    <>
      <PageHeader title={t('downlinks.title')} intro={t('downlinks.intro')} />
      <QueueHealth />
      <AirtimePanel />
      {isGivenUp && (query.data?.total ?? 0) > 0 && (
        <p>
          <RetryButton
            label={t('downlinks.retryAll')}
            which={{
              filter: {
                ...(site_id ? { site_id } : {}),
                ...(device_id ? { device_id } : {}),
              },
            }}
          />
        </p>
      )}
      <QueryTable
        label={t('downlinks.title')}
        query={query}
        rows={(data) => data.downlinks}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        selection={
          isGivenUp
            ? {
                keys: selected,
                onChange: setSelected,
                nameOf: ({ device_name, dev_eui }: Downlink) => device_name ?? dev_eui,
                actions: (
                  <RetryButton
                    label={t('downlinks.retryMany')}
                    which={{ ids: selected }}
                    onDone={() => setSelected([])}
                  />
                ),
              }
            : undefined
        }
        filters={<DownlinkFilters list={list} />}
        empty={<EmptyState title={t('downlinks.emptyTitle')} text={t('downlinks.emptyText')} />}
      />
      <DownlinkDrawer downlinkId={openId} onClose={() => setOpenId(null)} />
    </>
  );
}

function DownlinkFilters({ list }: { list: ListState<DownlinkFilter> }) {
  const { t } = useTranslation();
  const words = useLampWords();
  const tenantId = useTenantId();
  const { filters } = list;
  return (
    <Filters
      count={Object.keys(filters).length}
      onReset={() =>
        list.setFilters({
          status: undefined,
          kind: undefined,
          site_id: undefined,
          device_id: undefined,
          space_id: undefined,
        })
      }
    >
      <FilterChoice
        label={t('fields.status')}
        value={filters.status}
        onChange={(status) => list.setFilter('status', status)}
        options={downlinkStatuses.map((value) => ({ value, label: words.downlink(value) }))}
      />
      <FilterChoice
        label={t('downlinks.kind')}
        value={filters.kind}
        onChange={(kind) => list.setFilter('kind', kind)}
        options={(['state', 'test', 'raw'] as const).map((value) => ({
          value,
          label: t(`downlinks.kinds.${value}`),
        }))}
      />
      <SitePicker
        tenantId={tenantId}
        className={styles.filter ?? ''}
        allowClear
        label={t('spaces.filterSite')}
        placeholder={t('spaces.filterSite')}
        {...(filters.site_id ? { value: filters.site_id } : {})}
        onChange={(site) => list.setFilter('site_id', site)}
      />
    </Filters>
  );
}

function useColumns(onOpen: (id: string) => void): Column<Downlink>[] {
  const { t } = useTranslation();
  const words = useLampWords();
  return [
    {
      key: 'device',
      title: t('downlinks.display'),
      isPrimary: true,
      minWidth: 200,
      render: ({ id, device_name, dev_eui, space_id, space_code }) => (
        <>
          <button type="button" className={styles.open} onClick={() => onOpen(id)}>
            {device_name ?? dev_eui}
          </button>
          {space_id && (
            <span className={styles.second}>
              <Link to={paths.bay(space_id)}>{space_code}</Link>
            </span>
          )}
        </>
      ),
    },
    {
      key: 'what',
      title: t('downlinks.what'),
      render: ({ kind, look, payload }) =>
        kind === 'raw' ? <code>{payload}</code> : <ColorSign color={look?.color} />,
    },
    {
      key: 'status',
      title: t('fields.status'),
      render: ({ status, error }) => (
        <>
          <StatusTag tone={downlinkTones[status]}>{words.downlink(status)}</StatusTag>
          {error && <span className={styles.second}>{error}</span>}
        </>
      ),
    },
    {
      key: 'attempts',
      title: t('downlinks.attempts'),
      align: 'right',
      render: ({ attempts }) => attempts,
    },
    {
      key: 'created_at',
      title: t('downlinks.made'),
      sort: 'created_at',
      render: ({ created_at }) => <Age at={created_at} />,
    },
  ];
}
