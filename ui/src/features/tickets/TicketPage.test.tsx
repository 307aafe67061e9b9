import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { Problem } from '@/api/problem';
import type { GuestTicket } from '@/api/types';
import { renderPart } from '@/test/render';
import { isAhead, stageOf } from './stage';
import TicketPage from './TicketPage';

const open = { is_open: true, hindrance: null };
const not = (hindrance: string) => ({ is_open: false, hindrance });
const upcoming = {
  site_name: 'Harbour',
  address: '1 Quay Street',
  postal_code: '56100',
  city: 'Lorient',
  level_name: null,
  zone_name: 'North',
  space_code: 'A-7',
  timezone: 'Europe/Paris',
  status: 'confirmed',
  // Over the night on which the clocks go back.
  start_time: '2026-10-24T23:30:00Z',
  end_time: '2026-10-25T01:30:00Z',
  hold_until: null,
  check_in_from: '2026-10-24T23:15:00Z',
  checked_in_at: null,
  checked_out_at: null,
  cancel_until: null,
  claim: not('not_offered'),
  check_in: not('early'),
  check_out: not('not_checked_in'),
  cancel: open,
  as_of: '2026-10-24T12:00:00Z',
} as GuestTicket;

let answers: () => unknown;
let taken: { path: string; token: unknown }[] = [];

beforeEach(() => {
  taken = [];
  answers = () => upcoming;
  type Init = { params: { header: Record<string, string> } };
  const shown = (init: Init) => init.params.header['X-Ticket'];
  vi.spyOn(api, 'GET').mockImplementation((async (_path: string, init: Init) => {
    if (shown(init) !== 'T0ken') throw new Problem({ status: 404, code: 'not_found' });
    return { data: answers() };
  }) as unknown as typeof api.GET);
  vi.spyOn(api, 'PUT').mockImplementation((async (path: string, init: Init) => {
    taken.push({ path, token: shown(init) });
    return { data: { ...upcoming, status: 'cancelled', cancel: not('done') } };
  }) as unknown as typeof api.PUT);
});

describe('the page of a guest', () => {
  it('says where and when, by the clocks of the site, which are named', async () => {
    renderPart(<TicketPage />, { path: '/ticket#T0ken' });
    await screen.findByText('A-7');
    expect(screen.getByText('1 Quay Street')).toBeTruthy();
    expect(screen.getByText('56100 Lorient')).toBeTruthy();
    expect(screen.getByText('25 Oct 2026, 01:30')).toBeTruthy();
    expect(screen.getByText('25 Oct 2026, 02:30')).toBeTruthy();
    expect(screen.getByText(/\(UTC\+2\)/)).toBeTruthy();
    expect(screen.getByText(/\(UTC\+1\)/)).toBeTruthy();
    expect(screen.getByText(/Europe\/Paris/)).toBeTruthy();
    expect(screen.getByRole('img', { name: 'QR code of this reservation' })).toBeTruthy();
  });

  it('offers what can be done, asks once more, and shows what came of it', async () => {
    renderPart(<TicketPage />, { path: '/ticket#T0ken' });
    await screen.findByText('A-7');
    expect(screen.queryByRole('button', { name: 'Check in' })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Cancel reservation' }));
    const question = await screen.findByRole('dialog');
    expect(taken).toEqual([]);
    fireEvent.click(within(question).getByRole('button', { name: 'Cancel reservation' }));
    await screen.findByText('Cancelled');
    expect(taken).toEqual([{ path: '/api/v6/ticket/cancel', token: 'T0ken' }]);
    await waitFor(() => expect(screen.queryByRole('img')).toBeNull());
  });

  it('lets whoever waited claim what they are offered, or decline it', async () => {
    answers = () => ({
      ...upcoming,
      status: 'pending',
      hold_until: '2026-10-24T12:30:00Z',
      claim: open,
      check_in: not('unconfirmed'),
    });
    renderPart(<TicketPage />, { path: '/ticket#T0ken' });
    await screen.findByText(/is held for you until 24 Oct 2026, 14:30/);
    expect(screen.queryByRole('button', { name: 'Cancel reservation' })).toBeNull();
    for (const [verb, step] of [
      ['Claim the bay', 'claim'],
      ['Decline', 'cancel'],
    ]) {
      fireEvent.click(screen.getByRole('button', { name: verb }));
      const question = await screen.findByRole('dialog');
      fireEvent.click(within(question).getByRole('button', { name: verb }));
      await waitFor(() =>
        expect(taken.at(-1)).toEqual({ path: `/api/v6/ticket/${step}`, token: 'T0ken' }),
      );
      await screen.findByText('Cancelled');
      fireEvent.click(screen.getByRole('button', { name: 'Refresh' }));
      await screen.findByText('Offered to you');
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    }
  });

  it.each(['/ticket', '/ticket#other'])('leads nowhere with %s', async (path) => {
    renderPart(<TicketPage />, { path });
    await screen.findByText('This link leads to no reservation');
  });

  it('keeps what it knows when nobody answers, and says that it may be old', async () => {
    renderPart(<TicketPage />, { path: '/ticket#T0ken' });
    await screen.findByText('A-7');
    answers = () => {
      throw new Problem({ status: 429, code: 'rate_limited' });
    };
    fireEvent.click(screen.getByRole('button', { name: 'Refresh' }));
    await screen.findByText(/could not refresh/);
    expect(screen.getByText('A-7')).toBeTruthy();
  });
});

describe('the stage of a reservation', () => {
  const of = (more: Partial<GuestTicket>) => stageOf({ ...upcoming, ...more });
  it.each([
    ['held', { status: 'pending' }],
    ['offered', { status: 'pending', claim: open }],
    ['lapsed', { status: 'pending', claim: not('late') }],
    ['lapsed', { status: 'expired', claim: not('over') }],
    ['lapsed', { status: 'cancelled', claim: not('over') }],
    ['cancelled', { status: 'cancelled', claim: not('done') }],
    ['upcoming', { claim: not('done') }],
    ['upcoming', {}],
    ['open', { check_in: open }],
    ['present', { checked_in_at: '2026-10-24T23:31:00Z', check_in: not('done') }],
    ['left', { status: 'completed', checked_out_at: '2026-10-25T01:00:00Z' }],
    ['over', { status: 'completed' }],
    ['over', { check_in: not('over') }],
    ['over', { status: 'expired' }],
    ['cancelled', { status: 'cancelled' }],
    ['released', { status: 'no_show' }],
  ])('is %s', (stage, more) => {
    expect(of(more as Partial<GuestTicket>)).toBe(stage);
  });

  it('is ahead as long as the bay is theirs', () => {
    expect(isAhead(of({}))).toBe(true);
    expect(isAhead(of({ status: 'no_show' }))).toBe(false);
  });
});
