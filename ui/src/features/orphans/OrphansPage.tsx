import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Orphan } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import { useListState } from '@/components/listState';
import { QueryTable } from '@/components/QueryTable';
import { TabHead } from '@/components/TabHead';
import { OrphanBulkActions } from './OrphanBulkActions';
import { type OrphanFilter, orphanFilters, orphansQuery } from './queries';
import { useOrphanColumns } from './useOrphanColumns';

/** Devices that were heard and that nobody has claimed. */
export default function OrphansPage() {
  const { t } = useTranslation();
  const list = useListState<OrphanFilter>(orphanFilters);
  const query = useQuery(orphansQuery(useTenantId(), list.query));
  const [picked, setPicked] = useState<Orphan[]>([]);
  const columns = useOrphanColumns(query.data?.is_cross_tenant ?? false);
  const orphans = query.data?.orphans ?? [];
  const isDismissed = list.filters.dismissed === 'true';
  return (
    <>
      <TabHead intro={t('orphans.intro')} />
      <QueryTable
        label={t('orphans.title')}
        query={query}
        rows={(data) => data.orphans}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        searchLabel={t('orphans.search')}
        isDense
        filters={
          <Filters
            count={Object.keys(list.filters).length}
            onReset={() => list.setFilters({ dismissed: undefined, since: undefined })}
          >
            <FilterChoice
              label={t('orphans.filterDismissed')}
              value={list.filters.dismissed}
              onChange={(dismissed) => list.setFilter('dismissed', dismissed)}
              options={[{ value: 'true', label: t('orphans.dismissedOnly') }]}
            />
          </Filters>
        }
        selection={{
          keys: picked.map(({ id }) => id),
          onChange: (keys) => {
            const known = new Map([...picked, ...orphans].map((orphan) => [orphan.id, orphan]));
            setPicked(keys.flatMap((key) => known.get(key) ?? []));
          },
          nameOf: ({ dev_eui }) => dev_eui,
          actions: <OrphanBulkActions orphans={picked} onDone={() => setPicked([])} />,
        }}
        empty={
          <EmptyState
            title={t('orphans.emptyTitle')}
            text={t('orphans.emptyText')}
            action={<Link to={paths.gateways()}>{t('orphans.emptyAction')}</Link>}
          />
        }
        emptyFiltered={
          isDismissed && !list.query.q ? (
            <EmptyState
              title={t('orphans.emptyDismissedTitle')}
              text={t('orphans.emptyDismissedText')}
            />
          ) : undefined
        }
      />
    </>
  );
}
