import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { displaysQuery } from './lampQueries';

afterEach(() => vi.restoreAllMocks());

it('every lamp of a site is asked for, page by page', async () => {
  const total = 1_203;
  const asked: number[] = [];
  vi.spyOn(api, 'GET').mockImplementation((async (
    _: string,
    { params }: { params: { query: { page: number; page_size: number; site_id?: string } } },
  ) => {
    const { page, page_size, site_id } = params.query;
    expect(site_id).toBe('s');
    asked.push(page);
    const from = (page - 1) * page_size;
    const displays = Array.from({ length: Math.min(page_size, total - from) }, (_unused, at) => ({
      id: `${from + at}`,
    }));
    return { data: { displays, total }, response: new Response() };
  }) as never);
  const { displays } = await new QueryClient().fetchQuery(displaysQuery('t', 's'));
  expect(new Set(displays.map(({ id }) => id)).size).toBe(total);
  expect(asked).toEqual([1, 2, 3]);
});
