import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Import } from '@/api/types';
import { paths } from '@/app/paths';
import { useTenantId } from '@/app/session/useSession';
import { EmptyState } from '@/components/EmptyState';
import { Filters } from '@/components/Filters';
import { useFormats } from '@/components/format';
import { type ListState, useListState } from '@/components/listState';
import { Moment } from '@/components/Moment';
import { PageHeader } from '@/components/PageHeader';
import { type Column, QueryTable } from '@/components/QueryTable';
import { StatusTag } from '@/components/StatusTag';
import styles from './imports.module.css';
import { type ImportFilter, importFilters, importKinds, importsQuery } from './queries';
import { UploadPanel } from './UploadPanel';
import { statusTones, useImportWords } from './words';

/** Files that were imported, and the way to import another. */
export default function ImportsPage() {
  const { t } = useTranslation();
  const list = useListState<ImportFilter>(importFilters);
  const query = useQuery(importsQuery(useTenantId(), list.query));
  const columns = useColumns(query.data?.is_cross_tenant ?? false);
  return (
    <>
      <PageHeader title={t('imports.title')} intro={t('imports.intro')} />
      <div className={styles.stack}>
        <UploadPanel />
        <QueryTable
          label={t('imports.history')}
          query={query}
          rows={(data) => data.imports}
          rowKey={({ id }) => id}
          columns={columns}
          list={list}
          searchLabel={t('imports.search')}
          filters={<KindFilter list={list} />}
          empty={<EmptyState title={t('imports.emptyTitle')} text={t('imports.emptyText')} />}
        />
      </div>
    </>
  );
}

function KindFilter({ list }: { list: ListState<ImportFilter> }) {
  const { t } = useTranslation();
  const words = useImportWords();
  return (
    <Filters
      count={Object.keys(list.filters).length}
      onReset={() => list.setFilters({ kind: undefined, status: undefined })}
    >
      <Select
        className={styles.filter}
        aria-label={t('imports.kind')}
        placeholder={t('imports.kind')}
        allowClear
        value={list.filters.kind}
        onChange={(kind?: string) => list.setFilter('kind', kind)}
        options={importKinds.map((value) => ({ value, label: words.kind(value) }))}
      />
    </Filters>
  );
}

function useColumns(isCrossTenant: boolean): Column<Import>[] {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useImportWords();
  const columns: Column<Import>[] = [
    {
      key: 'file',
      title: t('imports.file'),
      isPrimary: true,
      sort: 'file_name',
      render: ({ id, file_name }) => (
        <Link className={styles.file} to={paths.import(id)}>
          {file_name}
        </Link>
      ),
    },
    {
      key: 'kind',
      title: t('imports.kind'),
      render: ({ kind, site_name }) => (
        <>
          {words.kind(kind)}
          {site_name && <span className={styles.second}>{site_name}</span>}
        </>
      ),
    },
    {
      key: 'status',
      title: t('fields.status'),
      sort: 'status',
      render: ({ status }) => (
        <StatusTag tone={statusTones[status]}>{words.status(status)}</StatusTag>
      ),
    },
    {
      key: 'rows',
      title: t('imports.rows'),
      align: 'right',
      render: ({ rows }) => formats.number(rows.total),
    },
    {
      key: 'created',
      title: t('imports.verdicts.created'),
      align: 'right',
      render: ({ rows }) => formats.number(rows.created),
    },
    {
      key: 'refused',
      title: t('imports.verdicts.refused'),
      align: 'right',
      render: ({ rows }) => formats.number(rows.refused),
    },
    {
      key: 'at',
      title: t('imports.uploaded'),
      sort: 'created_at',
      render: ({ created_at, created_by }) => (
        <>
          <Moment at={created_at} />
          <span className={styles.second}>{created_by}</span>
        </>
      ),
    },
  ];
  return isCrossTenant
    ? [
        ...columns,
        {
          key: 'tenant',
          title: t('imports.tenant'),
          render: ({ tenant_name }) => tenant_name,
        },
      ]
    : columns;
}
