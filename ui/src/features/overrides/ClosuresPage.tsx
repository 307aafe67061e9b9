import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Closure } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { useTenantId } from '@/app/session/useSession';
import { useConfirm } from '@/components/confirm';
import { EmptyState } from '@/components/EmptyState';
import { FilterChoice } from '@/components/FilterChoice';
import { Filters } from '@/components/Filters';
import { useFormats } from '@/components/format';
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
import { ClosureDialog } from './ClosureDialog';
import { EditClosureDialog } from './EditClosureDialog';
import styles from './overrides.module.css';
import {
  type ClosureFilter,
  closureFilters,
  closuresQuery,
  stages,
  useEndClosure,
  useResumeClosure,
} from './queries';
import { StageTag } from './StageTag';

/** Bays closed together for a while: markets, snow, works. */
export default function ClosuresPage() {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('spaces:override');
  const list = useListState<ClosureFilter>(closureFilters);
  const tenantId = useTenantId();
  const query = useQuery(closuresQuery(tenantId, list.query));
  const [create, setCreate] = useOpenParam('create');
  const columns = useColumns();
  return (
    <>
      <TabHead intro={t('closures.intro')}>
        <GatedButton
          type="primary"
          icon={<PlusOutlined />}
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          onClick={() => setCreate('1')}
        >
          {t('closures.create')}
        </GatedButton>
      </TabHead>
      <QueryTable
        label={t('closures.title')}
        query={query}
        rows={(data) => data.closures}
        rowKey={({ id }) => id}
        columns={columns}
        list={list}
        searchLabel={t('closures.search')}
        isRowMuted={({ stage }) => stage === 'over'}
        filters={
          <Filters
            count={Object.keys(list.filters).length}
            onReset={() => list.setFilters({ site_id: undefined, stage: undefined })}
          >
            <SitePicker
              tenantId={tenantId}
              value={list.filters.site_id}
              onChange={(site) => list.setFilter('site_id', site)}
              label={t('spaces.site')}
              placeholder={t('spaces.site')}
              allowClear
              className={styles.site}
            />
            <FilterChoice
              label={t('overrides.stage')}
              value={list.filters.stage}
              onChange={(stage) => list.setFilter('stage', stage)}
              options={stages.map((value) => ({ value, label: t(`overrides.stages.${value}`) }))}
            />
          </Filters>
        }
        empty={<EmptyState title={t('closures.emptyTitle')} text={t('closures.emptyText')} />}
      />
      {create && !refusal && <ClosureDialog onClose={() => setCreate(null)} />}
    </>
  );
}

function useColumns(): Column<Closure>[] {
  const { t } = useTranslation();
  const formats = useFormats();
  return [
    {
      key: 'name',
      title: t('fields.name'),
      sort: 'name',
      isPrimary: true,
      render: ({ id, name, reason }) => (
        <>
          <Link to={paths.overrides({ closure: id })}>{name}</Link>
          <span className={styles.second}>{reason}</span>
        </>
      ),
    },
    { key: 'site', title: t('spaces.site'), render: ({ site_name }) => site_name },
    {
      key: 'spaces',
      title: t('spaces.title'),
      align: 'right',
      render: ({ spaces }) => formats.number(spaces),
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
      render: ({ ends_at, ended_at }) => {
        const at = ended_at ?? ends_at;
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
      render: (one) => (one.stage === 'over' ? null : <ClosureActions one={one} />),
    },
  ];
}

function ClosureActions({ one }: { one: Closure }) {
  const { t } = useTranslation();
  const toast = useToast();
  const confirm = useConfirm();
  const refusal = useEstateRefusal('spaces:override');
  const end = useEndClosure();
  const resume = useResumeClosure();
  const [isEditing, setEditing] = useState(false);
  const { id, name } = one;
  const endNow = () =>
    end
      .mutateAsync(id)
      .then(
        () => toast.undoable(t('closures.endedKept', { name }), () => resume.mutateAsync(id)),
        toast.failed,
      );
  return (
    <>
      <RowMenu
        label={t('closures.actionsFor', { name })}
        actions={[
          {
            key: 'edit',
            label: t('closures.edit'),
            icon: <EditOutlined />,
            refusal,
            onPick: () => setEditing(true),
          },
          {
            key: 'end',
            label: t('closures.end'),
            icon: <CheckOutlined />,
            refusal,
            onPick: () =>
              confirm({
                title: t('closures.endTitle', { name }),
                text: t('closures.endText'),
                verb: t('closures.end'),
                isDestructive: false,
                action: endNow,
              }),
          },
        ]}
      />
      {isEditing && <EditClosureDialog one={one} onClose={() => setEditing(false)} />}
    </>
  );
}
