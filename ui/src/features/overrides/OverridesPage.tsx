import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Override } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { useConfirm } from '@/components/confirm';
import { EmptyState } from '@/components/EmptyState';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import { GatedButton } from '@/components/GatedButton';
import { CheckOutlined, EditOutlined, PlusOutlined } from '@/components/icons';
import { useListState } from '@/components/listState';
import { Moment } from '@/components/Moment';
import { useOpenParam } from '@/components/openParam';
import { type Column, QueryTable } from '@/components/QueryTable';
import { RowMenu } from '@/components/RowMenu';
import { SitePicker } from '@/components/SitePicker';
import { TabHead } from '@/components/TabHead';
import { useToast } from '@/components/toast';
import { EditOverrideDialog } from './EditOverrideDialog';
import { OverridesDialog } from './OverridesDialog';
import styles from './overrides.module.css';
import {
  type OverrideFilter,
  overrideFilters,
  overrideKinds,
  overridesQuery,
  stages,
  useEndOverrides,
  useResumeOverrides,
} from './queries';
import { StageTag } from './StageTag';

/** What takes bays out of use, now, later and before. */
export default function OverridesPage() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const refusal = useEstateRefusal('spaces:override');
  const list = useListState<OverrideFilter>(overrideFilters);
  const query = useQuery(overridesQuery(tenantId, list.query));
  const [create, setCreate] = useOpenParam('create');
  const [selected, setSelected] = useState<string[]>([]);
  const endAll = useEndMany();
  const columns = useColumns();
  const { filters } = list;

  return (
    <>
      <TabHead intro={t('overrides.listIntro')}>
        <GatedButton
          type="primary"
          icon={<PlusOutlined />}
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          onClick={() => setCreate('1')}
        >
          {t('overrides.create')}
        </GatedButton>
      </TabHead>
      <QueryTable
        label={t('overrides.title')}
        query={query}
        rows={(data) => data.overrides}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        searchLabel={t('overrides.search')}
        isDense
        isRowMuted={({ stage }) => stage === 'over'}
        selection={{
          keys: selected,
          onChange: setSelected,
          nameOf: ({ space_code }: Override) => space_code,
          actions: (
            <GatedButton
              icon={<CheckOutlined />}
              isAllowed={refusal === null}
              reason={refusal ?? ''}
              onClick={() => endAll(selected, () => setSelected([]))}
            >
              {t('overrides.end')}
            </GatedButton>
          ),
        }}
        filters={
          <Filters
            count={Object.keys(filters).length}
            onReset={() =>
              list.setFilters(Object.fromEntries(overrideFilters.map((name) => [name, undefined])))
            }
          >
            <SitePicker
              tenantId={tenantId}
              value={filters.site_id}
              onChange={(site) => list.setFilter('site_id', site)}
              label={t('spaces.site')}
              placeholder={t('spaces.site')}
              allowClear
              className={styles.site}
            />
            <FilterChoice
              label={t('overrides.stage')}
              value={filters.stage}
              onChange={(stage) => list.setFilter('stage', stage)}
              options={stages.map((value) => ({ value, label: t(`overrides.stages.${value}`) }))}
            />
            <FilterChoice
              label={t('spaces.overrideKind')}
              value={filters.kind}
              onChange={(kind) => list.setFilter('kind', kind)}
              options={overrideKinds.map((value) => ({
                value,
                label: t(`spaces.overrideKinds.${value}.name`),
              }))}
            />
          </Filters>
        }
        empty={<EmptyState title={t('overrides.emptyTitle')} text={t('overrides.emptyText')} />}
      />
      {create && !refusal && <OverridesDialog onClose={() => setCreate(null)} />}
    </>
  );
}

function useEndMany() {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const toast = useToast();
  const end = useEndOverrides();
  const resume = useResumeOverrides();
  return (ids: string[], onDone: () => void) =>
    confirm({
      title: t('overrides.endManyTitle', { count: ids.length }),
      text: t('overrides.endText'),
      verb: t('overrides.end'),
      isDestructive: false,
      action: async () => {
        const { spaces, ids: ended } = await end.mutateAsync(ids);
        onDone();
        // Those that were over before are not taken back with it.
        const undo = () => resume.mutateAsync(ended);
        if (ended.length > 0) toast.undoable(t('overrides.ended', { count: spaces }), undo);
        else toast.done(t('overrides.ended', { count: spaces }));
      },
    });
}

function useColumns(): Column<Override>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'bay',
      title: t('spaces.one'),
      sort: 'code',
      isPrimary: true,
      render: ({ space_id, space_code, site_name }) => (
        <>
          <Link to={paths.bay(space_id)}>{space_code}</Link>
          <span className={styles.second}>{site_name}</span>
        </>
      ),
    },
    {
      key: 'kind',
      title: t('spaces.overrideKind'),
      render: ({ kind }) => t(`spaces.overrideKinds.${kind}.name`),
    },
    {
      key: 'reason',
      title: t('spaces.reason'),
      render: ({ reason, created_by, closure_name }) => (
        <>
          {reason}
          <span className={styles.second}>{closure_name ?? created_by}</span>
        </>
      ),
    },
    {
      key: 'from',
      title: t('spaces.from'),
      sort: 'starts_at',
      render: ({ starts_at }) => <Moment at={starts_at} />,
    },
    {
      key: 'until',
      title: t('spaces.until'),
      sort: 'ends_at',
      render: ({ ends_at, lifted_at }) => {
        const at = lifted_at ?? ends_at;
        return at ? <Moment at={at} /> : t('common.noEnd');
      },
    },
    {
      key: 'stage',
      title: t('overrides.stage'),
      render: ({ stage }) => <StageTag stage={stage} />,
    },
    {
      key: 'actions',
      title: t('table.actions'),
      isActions: true,
      render: (one) => (one.stage === 'over' ? null : <OverrideActions one={one} />),
    },
  ];
}

function OverrideActions({ one }: { one: Override }) {
  const { t } = useTranslation();
  const toast = useToast();
  const refusal = useEstateRefusal('spaces:override');
  const end = useEndOverrides();
  const resume = useResumeOverrides();
  const [isEditing, setEditing] = useState(false);
  const { id, space_code, closure_name } = one;
  const isPart = closure_name ? t('overrides.partOf', { name: closure_name }) : null;
  // What ended is history; to take that back is to take the bay out again, until when it was.
  const again = () => resume.mutateAsync([id]);
  return (
    <>
      <RowMenu
        label={t('overrides.actionsFor', { code: space_code })}
        actions={[
          {
            key: 'edit',
            label: t('overrides.edit'),
            icon: <EditOutlined />,
            refusal: refusal ?? isPart,
            onPick: () => setEditing(true),
          },
          {
            key: 'end',
            label: t('overrides.end'),
            icon: <CheckOutlined />,
            refusal,
            onPick: () =>
              void end
                .mutateAsync([id])
                .then(
                  () => toast.undoable(t('overrides.endedOne', { code: space_code }), again),
                  toast.failed,
                ),
          },
        ]}
      />
      {isEditing && <EditOverrideDialog one={one} onClose={() => setEditing(false)} />}
    </>
  );
}
