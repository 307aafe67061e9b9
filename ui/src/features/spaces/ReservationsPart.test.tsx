import { screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import type { Reservation, Space } from '@/api/types';
import { setLanguage } from '@/i18n';
import { renderPart } from '@/test/render';
import { signedIn } from '@/test/session';
import { ReservationsPart } from './ReservationsPart';

beforeEach(signedIn);

const space = { id: 'bay', site_id: 's', code: 'A-1', is_reservable: true } as Space;
const at = (clock: string) => `2027-01-15T${clock}:00Z`;
const one = (id: string, start: string, more: Partial<Reservation>) =>
  ({
    id,
    space_id: 'bay',
    timezone: 'Europe/Paris',
    status: 'confirmed',
    start_time: at(start),
    end_time: at('23:00'),
    holder: { name: id },
    ...more,
  }) as Reservation;
const all = [
  one('Ada', '10:00', { contested_at: at('10:00') }),
  one('Bo', '12:00', { series_id: 'series' }),
  one('Cy', '11:00', { status: 'pending', hold_until: at('09:15') }),
  one('Dee', '13:00', { status: 'pending', hold_until: at('09:20') }),
];

beforeEach(() => {
  vi.spyOn(api, 'GET').mockImplementation((async (path: string, init: unknown) => {
    const { query } = (init as { params: { query: { status: string } } }).params;
    if (path.endsWith('/waitlist')) return { data: { waitlist: [{ reservation_id: 'Dee' }] } };
    return { data: { reservations: all.filter(({ status }) => status === query.status) } };
  }) as unknown as typeof api.GET);
});

const may = ['reservations:read', 'reservations:book'] as const;
const show = () => renderPart(<ReservationsPart space={space} />, { may });

const items = async (last: RegExp) => {
  await screen.findByText(last);
  const [list] = screen.getAllByRole('list');
  return within(list as HTMLElement)
    .getAllByRole('listitem')
    .map((item) => [
      item.querySelector('[data-letter]')?.getAttribute('data-letter'),
      item.firstElementChild?.textContent,
    ]);
};

describe('who has a bay next', () => {
  it('are those who agreed and those for whom it is held, with what matters about each', async () => {
    show();
    expect(await items(/Offered to the waiting list/)).toEqual([
      ['!', 'Taken by somebody elseAda'],
      ['H', 'Held, held until 10:15Cy'],
      ['R', 'Reserved, one of a seriesBo'],
      ['W', 'Offered to the waiting list, held until 10:20Dee'],
    ]);
  });

  it('is said in French as well, by letters of that language', async () => {
    await setLanguage('fr');
    show();
    const told = await items(/liste d’attente/);
    await setLanguage('en');
    expect(told.map(([letter]) => letter)).toEqual(['!', 'O', 'R', 'L']);
    expect(told[1]?.[1]).toContain('jusqu’à 10:15');
  });
});
