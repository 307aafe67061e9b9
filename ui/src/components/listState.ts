/** A list's page, order, search and filters, kept in the URL so that a view can be shared. */
import { useEffect, useMemo, useRef } from 'react';
import { useSearchParams } from 'react-router';

export const PAGE_SIZES = [25, 50, 100];
const PAGE_SIZE = 25;
const RESERVED = new Set(['page', 'page_size', 'sort', 'q']);

export type ListQuery = { page: number; page_size: number; sort?: string; q?: string };

export type ListState<Filter extends string> = {
  query: ListQuery & Partial<Record<Filter, string>>;
  filters: Partial<Record<Filter, string>>;
  isFiltered: boolean;
  setSearch: (q: string) => void;
  setFilter: (name: Filter, value: string | undefined) => void;
  setFilters: (values: Partial<Record<Filter, string | undefined>>) => void;
  setSort: (sort: string | undefined) => void;
  setPage: (page: number, pageSize: number) => void;
  clear: () => void;
};

function wholeNumber(text: string | null, fallback: number, max: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 && value <= max ? value : fallback;
}

export function readListQuery<Filter extends string>(
  params: URLSearchParams,
  filterNames: readonly Filter[],
): { query: ListState<Filter>['query']; filters: Partial<Record<Filter, string>> } {
  const filters: Partial<Record<Filter, string>> = {};
  for (const name of filterNames) {
    const value = params.get(name);
    if (value && !RESERVED.has(name)) filters[name] = value;
  }
  const query: ListQuery = {
    page: wholeNumber(params.get('page'), 1, 1_000_000),
    page_size: wholeNumber(params.get('page_size'), PAGE_SIZE, 500),
  };
  const sort = params.get('sort');
  const q = params.get('q');
  if (sort) query.sort = sort;
  if (q) query.q = q;
  return { query: { ...query, ...filters }, filters };
}

export function useListState<Filter extends string = never>(
  filterNames: readonly Filter[],
): ListState<Filter> {
  const [params, setParams] = useSearchParams();
  // What was set a moment ago may not be drawn yet; the next change must not take it back.
  const latest = useRef(params);
  useEffect(() => {
    latest.current = params;
  }, [params]);
  return useMemo(() => {
    const { query, filters } = readListQuery(params, filterNames);

    /** Changes some parameters and leaves the others, such as an open drawer's, alone. */
    function change(values: Record<string, string | undefined>, isTyping = false) {
      const next = new URLSearchParams(latest.current);
      if (!('page' in values)) next.delete('page');
      for (const [name, value] of Object.entries(values)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      latest.current = next;
      // Letters typed into a search are not steps to go back through.
      setParams(next, { replace: isTyping });
    }

    return {
      query,
      filters,
      isFiltered: Object.keys(filters).length > 0 || query.q !== undefined,
      setSearch: (q) => change({ q: q.trim() || undefined }, true),
      setFilter: (name, value) => change({ [name]: value }),
      setFilters: (values) => change(values as Record<string, string | undefined>),
      setSort: (sort) => change({ sort }),
      setPage: (page, pageSize) =>
        change({
          page: page > 1 ? String(page) : undefined,
          page_size: pageSize === PAGE_SIZE ? undefined : String(pageSize),
        }),
      clear: () =>
        change({ q: undefined, ...Object.fromEntries(filterNames.map((n) => [n, undefined])) }),
    };
  }, [params, setParams, filterNames]);
}
