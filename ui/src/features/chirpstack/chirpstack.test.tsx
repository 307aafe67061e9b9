import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import type { ChirpStackDifference } from '@/api/types';
import { renderPart } from '@/test/render';
import { signedIn } from '@/test/session';
import { Differences } from './Differences';
import { Links } from './Links';

beforeEach(signedIn);

const difference = (id: string, is_ignored: boolean) =>
  ({
    id,
    kind: 'device',
    eui: `70B3D57ED000000${id}`,
    state: 'differs',
    differs: ['name'],
    here_name: `Lamp ${id}`,
    there_name: `Lampe ${id}`,
    is_ignored,
  }) as ChirpStackDifference;

const asked: { path: string; query: Record<string, unknown> }[] = [];
const decided: unknown[] = [];

beforeEach(() => {
  asked.length = 0;
  decided.length = 0;
  const page = { total: 1, page: 1, page_size: 50, total_pages: 1 };
  vi.spyOn(api, 'GET').mockImplementation((async (
    path: string,
    init?: { params?: { query?: Record<string, unknown> } },
  ) => {
    const query = init?.params?.query ?? {};
    asked.push({ path, query });
    const data = {
      '/api/v6/chirpstack/differences': {
        ...page,
        differences: [difference('1', query.is_ignored === true)],
      },
      '/api/v6/chirpstack/links': {
        links: [
          {
            id: 'l',
            tenant_id: 'a',
            tenant_name: 'North',
            remote_tenant_name: 'N',
            application_name: 'lot',
          },
        ],
      },
      '/api/v6/chirpstack/tenants': { tenants: [] },
      '/api/v6/tenants': {
        ...page,
        tenants: [{ id: 'b', name: 'South', slug: 'south', kind: 'customer' }],
      },
    }[path];
    return { data, response: new Response() };
  }) as never);
  vi.spyOn(api, 'POST').mockImplementation((async (_: string, init: { body: unknown }) => {
    decided.push(init.body);
    return { data: { decided: 1 }, response: new Response() };
  }) as never);
});

afterEach(() => vi.restoreAllMocks());

describe('differences', () => {
  it('name what one may not do, and why', async () => {
    renderPart(<Differences />);
    fireEvent.click(await screen.findByRole('button', { name: 'Actions for Lamp 1' }));
    const give = await screen.findByRole('menuitem', { name: /^Give to ChirpStack/ });
    expect(give.getAttribute('aria-disabled')).toBe('true');
    expect(give.textContent).toContain('Only administrators');
  });

  it('that were set aside are shown again many at once', async () => {
    renderPart(<Differences />, { path: '/?is_ignored=true', may: ['devices:manage'] });
    fireEvent.click(await screen.findByRole('checkbox', { name: /Lamp 1/ }));
    fireEvent.click(screen.getByRole('button', { name: 'Show again' }));
    await waitFor(() => expect(decided).toEqual([{ ids: ['1'], way: 'regard' }]));
    expect(screen.queryByRole('button', { name: 'Set aside' })).toBeNull();
  });
});

describe('links', () => {
  it('say to those who only look that they may not change them', async () => {
    renderPart(<Links />, { may: ['tenants:read'] });
    const unlink = await screen.findByRole('button', { name: 'Unlink' });
    expect(unlink.getAttribute('aria-disabled')).toBe('true');
    const link = screen.getByRole('button', { name: 'Link' });
    expect(link.getAttribute('aria-disabled')).toBe('true');
    expect(asked.some(({ path }) => path === '/api/v6/chirpstack/tenants')).toBe(false);
  });

  it('find a customer by typing, however many there are', async () => {
    renderPart(<Links />, { may: ['tenants:read', 'tenants:manage'] });
    const customer = await screen.findByRole('combobox', { name: 'Customer' });
    fireEvent.mouseDown(customer);
    fireEvent.change(customer, { target: { value: 'sou' } });
    await waitFor(() =>
      expect(asked).toContainEqual({
        path: '/api/v6/tenants',
        query: { page_size: 50, q: 'sou' },
      }),
    );
    const list = within(await screen.findByRole('listbox'));
    expect(list).toBeTruthy();
  });
});
