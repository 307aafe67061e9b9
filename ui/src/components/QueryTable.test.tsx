import { screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import type { ListEnvelope } from '@/api/types';
import { renderPart } from '@/test/render';
import { useListState } from './listState';
import { QueryTable } from './QueryTable';

type Row = { id: string; name: string };
type Page = ListEnvelope & { rows: Row[] };

const NO_FILTERS: readonly never[] = [];
let isNarrow = false;

beforeEach(() => {
  isNarrow = false;
  vi.spyOn(window, 'matchMedia').mockImplementation(
    (query) =>
      ({
        matches: isNarrow && query.includes('max-width'),
        media: query,
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
        addListener: () => undefined,
        removeListener: () => undefined,
      }) as unknown as MediaQueryList,
  );
});

function pageOf(names: string[], more: Partial<ListEnvelope> = {}): Page {
  return {
    rows: names.map((name) => ({ id: name, name })),
    total: names.length,
    page: 1,
    page_size: 25,
    total_pages: 1,
    tenant_id: 't',
    tenant_scope: 'tenant',
    is_cross_tenant: false,
    ...more,
  };
}

const settled = {
  data: undefined as Page | undefined,
  error: null as unknown,
  isPending: false,
  isPlaceholderData: false,
  dataUpdatedAt: Date.now(),
  isFetching: false,
  isRefetchError: false,
  refetch: vi.fn(),
};

const pickAll = vi.fn();

function Sample({ query, picked }: { query: Partial<typeof settled>; picked?: string[] }) {
  const list = useListState(NO_FILTERS);
  return (
    <QueryTable<Page, Row, never>
      label="Things"
      query={{ ...settled, ...query }}
      rows={(page) => page.rows}
      rowKey={({ id }) => id}
      columns={[
        { key: 'name', title: 'Name', sort: 'name', isPrimary: true, render: ({ name }) => name },
        { key: 'id', title: 'Id', render: ({ id }) => `#${id}` },
      ]}
      list={list}
      countedMax={1_000}
      searchLabel="Find things"
      selection={
        picked && {
          keys: picked,
          onChange: () => undefined,
          nameOf: ({ name }) => name,
          actions: null,
          all: { max: 500, isPicking: false, onPick: pickAll },
        }
      }
      empty={<p>Make your first thing.</p>}
    />
  );
}

function renderTable(query: Partial<typeof settled>, path = '/') {
  renderPart(<Sample query={query} />, { path });
}

describe('a list', () => {
  it('shows that it is loading', () => {
    renderTable({ isPending: true, dataUpdatedAt: 0 });
    expect(screen.getByRole('status', { name: 'Loading' })).toBeDefined();
  });

  it('that could not be loaded offers to try again', () => {
    const refetch = vi.fn();
    renderTable({ error: new Problem({ status: 500, code: 'internal' }), refetch });
    screen.getByRole('button', { name: /Try again/ }).click();
    expect(refetch).toHaveBeenCalledOnce();
  });

  it('that could not be renewed shows what it has, marked as old', () => {
    renderTable({
      data: pageOf(['apple']),
      error: new Problem({ status: 503, code: 'unavailable' }),
      isRefetchError: true,
    });
    expect(screen.getByText(/could not refresh/)).toBeDefined();
    expect(screen.getByText('apple')).toBeDefined();
  });

  it('without entries teaches; without hits offers to clear the search', () => {
    renderTable({ data: pageOf([]) });
    expect(screen.getByText('Make your first thing.')).toBeDefined();
    renderTable({ data: pageOf([]) }, '/?q=zzz');
    expect(screen.getByRole('button', { name: 'Clear search and filters' })).toBeDefined();
  });

  it('that the server stopped counting says so', () => {
    renderTable({ data: pageOf(['apple'], { total: 999 }) });
    expect(screen.getByText('999 entries')).toBeDefined();
    renderTable({ data: pageOf(['apple'], { total: 1_000 }) });
    expect(screen.getByText('1,000 entries or more')).toBeDefined();
  });

  it('offers to pick what is on other pages too, as far as it can be dealt with', () => {
    const many = pageOf(['apple', 'pear'], { total: 60 });
    const { unmount } = renderPart(<Sample query={{ data: many }} picked={['apple', 'pear']} />);
    screen.getByRole('button', { name: 'Select all 60' }).click();
    expect(pickAll).toHaveBeenCalledOnce();
    unmount();
    const more = pageOf(['apple', 'pear'], { total: 9_000 });
    renderPart(<Sample query={{ data: more }} picked={['apple']} />);
    expect(screen.getByRole('button', { name: 'Select the first 500' })).toBeDefined();
  });

  it('says when it reaches across tenants', () => {
    renderTable({ data: pageOf(['apple'], { is_cross_tenant: true, tenant_scope: 'all' }) });
    expect(screen.getByText('All tenants')).toBeDefined();
  });

  it('is a table with row headers on a wide screen', () => {
    renderTable({ data: pageOf(['apple', 'pear']) });
    const table = screen.getByRole('table');
    expect(
      within(table)
        .getAllByRole('rowheader')
        .map((cell) => cell.textContent),
    ).toEqual(['apple', 'pear']);
    expect(screen.getByText('2 entries')).toBeDefined();
  });

  it('is a list of cards on a narrow one', () => {
    isNarrow = true;
    renderTable({ data: pageOf(['apple', 'pear']) });
    expect(screen.queryByRole('table')).toBeNull();
    expect(screen.getAllByRole('listitem')).toHaveLength(2);
    expect(screen.getByText('#pear')).toBeDefined();
  });
});
