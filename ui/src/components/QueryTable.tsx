import { Button, Pagination, Skeleton, Table, type TableColumnType } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ListEnvelope } from '@/api/types';
import { DataAge, type DatedQuery } from './DataAge';
import { EmptyState } from './EmptyState';
import { useFormats } from './format';
import { type ListState, PAGE_SIZES } from './listState';
import { useIsNarrow } from './mediaQuery';
import { ProblemAlert } from './ProblemAlert';
import styles from './QueryTable.module.css';
import { RowCards } from './RowCards';
import { SearchField } from './SearchField';
import { rowSelection, type Selection, SelectionBar } from './SelectionBar';
import { Spoken } from './Spoken';

export type Column<Row> = {
  key: string;
  title: string;
  render: (row: Row) => ReactNode;
  /** The server's sort field, where it can sort by this column. */
  sort?: string;
  /** Names the row: its heading as a card. */
  isPrimary?: boolean;
  /** Buttons: right-aligned in the table, at a card's foot. */
  isActions?: boolean;
  width?: number | string;
  /** Room that a wide neighbour must leave it, in px; the heading of a row has its own. */
  minWidth?: number;
  align?: 'left' | 'right';
};

type ListQueryResult<Data> = DatedQuery & {
  data: Data | undefined;
  error: unknown;
  isPending: boolean;
  isPlaceholderData: boolean;
};

/** What the server counts at most of a list without a counter: there may be more. */
export const COUNTED_MAX = 10_000;

type Props<Data extends ListEnvelope, Row, Filter extends string> = {
  /** What the list holds, for assistive technology and tests. */
  label: string;
  query: ListQueryResult<Data>;
  /** Whether what happens is shown as it happens. */
  isLive?: boolean;
  rows: (data: Data) => Row[];
  rowKey: (row: Row) => string;
  columns: Column<Row>[];
  list: ListState<Filter>;
  searchLabel?: string;
  filters?: ReactNode;
  /** Shown when there is nothing at all; a search without hits says so by itself. */
  empty: ReactNode;
  /** Shown instead of "nothing matches" where a filter alone, such as "deleted", has nothing. */
  emptyFiltered?: ReactNode;
  isRowMuted?: (row: Row) => boolean;
  /** How many entries the server counts at most, where it stops counting. */
  countedMax?: number;
  /** For long lists that are scanned rather than read. */
  isDense?: boolean;
  selection?: Selection<Row>;
};

/** A list from the server: searched, filtered, sorted and paged there, by what the URL says. */
export function QueryTable<Data extends ListEnvelope, Row, Filter extends string>(
  props: Props<Data, Row, Filter>,
) {
  const { query, list, searchLabel, filters } = props;
  const { t } = useTranslation();
  return (
    <section className={styles.panel} aria-label={props.label}>
      <div className={styles.tools}>
        {searchLabel && (
          <SearchField label={searchLabel} value={list.query.q ?? ''} onSearch={list.setSearch} />
        )}
        {filters}
        <span className={styles.age}>
          {query.data?.is_cross_tenant && (
            <span className={styles.scope}>{t('table.allTenants')}</span>
          )}
          <DataAge query={query} isLive={props.isLive} />
        </span>
      </div>
      {query.error !== null && query.data !== undefined && (
        <div className={styles.problem}>
          <ProblemAlert error={query.error} onRetry={() => query.refetch()} />
        </div>
      )}
      {props.selection && props.selection.keys.length > 0 && (
        <SelectionBar selection={props.selection} total={query.data?.total ?? 0} />
      )}
      <Body {...props} />
    </section>
  );
}

function Body<Data extends ListEnvelope, Row, Filter extends string>(
  props: Props<Data, Row, Filter>,
) {
  const { query, list, columns, rowKey } = props;
  const { t } = useTranslation();
  const isNarrow = useIsNarrow();

  if (query.isPending) {
    return (
      <div className={styles.loading} role="status" aria-label={t('common.loading')}>
        <Skeleton active title={false} paragraph={{ rows: 6, width: '100%' }} />
      </div>
    );
  }
  if (query.data === undefined) {
    return (
      <div className={styles.problem}>
        <ProblemAlert error={query.error} onRetry={() => query.refetch()} />
      </div>
    );
  }
  const rows = props.rows(query.data);
  if (rows.length === 0) {
    if (props.emptyFiltered && query.data.total === 0) return props.emptyFiltered;
    return query.data.total > 0 || list.isFiltered ? (
      <EmptyState
        title={t('table.noHits')}
        text={t('table.noHitsText')}
        action={<Button onClick={list.clear}>{t('table.clearFilters')}</Button>}
      />
    ) : (
      props.empty
    );
  }
  return (
    <div className={query.isPlaceholderData ? styles.outdated : undefined}>
      {isNarrow ? (
        <RowCards
          rows={rows}
          rowKey={rowKey}
          columns={columns}
          isRowMuted={props.isRowMuted}
          selection={props.selection}
        />
      ) : (
        <div className={styles.wide}>
          <Table<Row>
            aria-label={props.label}
            dataSource={rows}
            rowKey={rowKey}
            columns={columns.map((column) => tableColumn(column, list))}
            pagination={false}
            {...(props.isDense ? { size: 'small', className: styles.dense } : {})}
            rowSelection={props.selection && rowSelection(props.selection, t('table.selectAll'), t)}
            showSorterTooltip={false}
            rowClassName={(row) => (props.isRowMuted?.(row) ? (styles.muted ?? '') : '')}
            onChange={(_pages, _filters, sorter, { action }) => {
              if (action !== 'sort' || Array.isArray(sorter)) return;
              const field = String(sorter.columnKey);
              const sort = columns.find(({ key }) => key === field)?.sort;
              if (!sorter.order || !sort) list.setSort(undefined);
              else list.setSort(sorter.order === 'descend' ? `-${sort}` : sort);
            }}
          />
        </div>
      )}
      <Pages
        data={query.data}
        list={list}
        isNarrow={isNarrow}
        isMore={query.data.total >= (props.countedMax ?? Number.POSITIVE_INFINITY)}
      />
    </div>
  );
}

function tableColumn<Row, Filter extends string>(
  column: Column<Row>,
  list: ListState<Filter>,
): TableColumnType<Row> {
  const { sort } = list.query;
  const order =
    sort === column.sort ? 'ascend' : sort === `-${column.sort}` ? 'descend' : undefined;
  return {
    key: column.key,
    title: column.isActions ? <Spoken>{column.title}</Spoken> : column.title,
    align: column.isActions ? 'right' : column.align,
    className: column.isActions ? styles.actions : undefined,
    width: column.width,
    minWidth: column.minWidth ?? (column.isPrimary ? 200 : undefined),
    rowScope: column.isPrimary ? 'row' : undefined,
    render: (_value: unknown, row: Row) => column.render(row),
    ...(column.sort ? { sorter: true, sortOrder: order ?? null } : {}),
  };
}

function Pages<Filter extends string>({
  data,
  list,
  isNarrow,
  isMore,
}: {
  data: ListEnvelope;
  list: ListState<Filter>;
  isNarrow: boolean;
  isMore: boolean;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const counted = { count: data.total, formatted: formats.number(data.total) };
  const count = isMore ? t('table.countOrMore', counted) : t('table.count', counted);
  return (
    <div className={styles.pages}>
      <span>{count}</span>
      {data.total > Math.min(...PAGE_SIZES) && (
        <nav aria-label={t('table.pages')}>
          <Pagination
            size="small"
            simple={isNarrow}
            current={data.page}
            pageSize={data.page_size}
            total={data.total}
            showSizeChanger={!isNarrow && { 'aria-label': t('table.pageSize') }}
            pageSizeOptions={PAGE_SIZES}
            onChange={list.setPage}
          />
        </nav>
      )}
    </div>
  );
}
