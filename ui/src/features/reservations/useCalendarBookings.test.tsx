import { QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { createQueryClient } from '@/api/queryClient';
import type { Reservation, Space } from '@/api/types';
import { signedIn } from '@/test/session';
import { axisOf, HOUR_MS } from './timeAxis';
import { useCalendarBookings } from './useCalendarBookings';

beforeEach(signedIn);

const EACH = 10;
const axis = axisOf('Europe/Paris', 'week', '2026-11-22');
const bays = Array.from({ length: 3000 }, (_, n) => ({ id: `bay-${n}`, code: `A-${n}` }) as Space);

/** Ten reservations of each bay, in the order of the bays. */
const all = bays.flatMap(({ id }) =>
  Array.from({ length: EACH }, (_, n): Partial<Reservation> => {
    const [start, end] = [n, n + 1].map((h) => new Date(axis.start + h * HOUR_MS).toISOString());
    const status = n === 0 ? 'cancelled' : 'confirmed';
    const times = { start_time: start, end_time: end, blocks_from: start, blocks_until: end };
    return { id: `${id}-${n}`, space_id: id, status, ...times } as Partial<Reservation>;
  }),
);

function serve() {
  const asked: Record<string, unknown>[] = [];
  vi.spyOn(api, 'GET').mockImplementation((async (_path: string, init: unknown) => {
    const { query } = (init as { params: { query: Record<string, number> } }).params;
    asked.push(query);
    const { page = 1, page_size = 500 } = query;
    const reservations = all.slice((page - 1) * page_size, page * page_size);
    return { data: { reservations, total: all.length } };
  }) as unknown as typeof api.GET);
  return asked;
}

const client = createQueryClient();
const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={client}>{children}</QueryClientProvider>
);
const look = (wanted: Space[]) =>
  renderHook(
    (props: { wanted: Space[] }) => useCalendarBookings({ siteId: 's', axis, bays, ...props }),
    { wrapper, initialProps: { wanted } },
  );

afterEach(() => client.clear());

describe('what is reserved of the bays in sight', () => {
  it('is asked for as they come into sight, a few pages of many', async () => {
    const asked = serve();
    const { result, rerender } = look(bays.slice(0, 20));
    await waitFor(() => expect(result.current.isComing).toBe(false));
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ site_id: 's', sort: 'code', page: 1 });
    expect(result.current.of('bay-3').map(({ id }) => id)[0]).toBe('bay-3-1');
    expect(result.current.of('bay-3')).toHaveLength(EACH - 1);
    expect(result.current.of('bay-2000')).toEqual([]);

    rerender({ wanted: bays.slice(2000, 2020) });
    await waitFor(() => expect(result.current.isComing).toBe(false));
    expect(result.current.of('bay-2000')).toHaveLength(EACH - 1);
    expect(result.current.of('bay-2019')).toHaveLength(EACH - 1);
    expect(asked.length).toBeLessThanOrEqual(4);
  });
});
