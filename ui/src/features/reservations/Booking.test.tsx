import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { Problem } from '@/api/problem';
import type { Site, Space } from '@/api/types';
import { renderPart } from '@/test/render';
import { signedIn } from '@/test/session';
import { Agenda } from './Agenda';
import { Booking } from './Booking';

beforeEach(signedIn);

const site = { id: 's', name: 'Harbour', timezone: 'Europe/Paris' } as Site;
const bay = (n: number) =>
  ({
    id: `bay-${n}`,
    code: `A-${n}`,
    kind: 'general',
    level: 'Quay',
    overrides: [],
  }) as unknown as Space;
const spaces = [bay(1), bay(2)];
const [start, end] = [Date.parse('2027-11-22T09:00:00Z'), Date.parse('2027-11-22T11:00:00Z')];
/** In the order of time, as the server gives it. */
const reservations = [
  { id: 'x', space_id: 'bay-2', space_code: 'A-2', status: 'confirmed', holder: { name: 'Ada' } },
  { id: 'y', space_id: 'bay-1', space_code: 'A-1', status: 'cancelled', holder: { name: 'Bo' } },
  { id: 'z', space_id: 'bay-1', space_code: 'A-1', status: 'no_show', holder: { name: 'Cy' } },
].map((one) => ({ ...one, start_time: '2027-11-22T09:00:00Z', end_time: '2027-11-22T11:00:00Z' }));

const free = [{ start_time: '2027-11-22T00:00:00Z', end_time: '2027-11-24T00:00:00Z' }];
const later = [{ start_time: '2027-11-22T14:30:00Z', end_time: '2027-11-24T00:00:00Z' }];
let posted: unknown[] = [];
let terms: object;
/** What the server says to a reservation. */
let answerTo: () => unknown;

beforeEach(() => {
  posted = [];
  terms = { duration_max_minutes: 1440 };
  vi.spyOn(api, 'GET').mockImplementation((async (path: string) => {
    const bodies: Record<string, unknown> = {
      '/api/v6/spaces': { spaces, total: spaces.length },
      '/api/v6/levels': { levels: [] },
      '/api/v6/sites': { sites: [site], total: 1 },
      '/api/v6/reservations/terms': terms,
      '/api/v6/reservations/waitlist': { waitlist: [], total: 0 },
      '/api/v6/reservations': { reservations, total: 3, total_pages: 1 },
    };
    return { data: bodies[path] };
  }) as unknown as typeof api.GET);
  vi.spyOn(api, 'POST').mockImplementation((async (path: string, init: { body: unknown }) => {
    if (path.endsWith('check-availability')) {
      const found = [
        { space_id: 'bay-1', space_code: 'A-1', free: later },
        { space_id: 'bay-2', space_code: 'A-2', free },
      ];
      return { data: { spaces: found, total: 2 } };
    }
    posted.push(init.body);
    return { data: answerTo() };
  }) as unknown as typeof api.POST);
});
afterEach(() => vi.useRealTimers());

const button = (name: string) => screen.getByRole('button', { name });
const summary = () => within(screen.getByRole('complementary', { name: 'Your choice' }));

describe('a booking', () => {
  it('begins where all is known, shows what was chosen by the clocks of the site, and sends it', async () => {
    const onDone = vi.fn();
    answerTo = () => ({ id: 'new', space_code: 'A-2', start_time: '2027-11-22T09:00:00Z' });
    const begun = { spaceId: 'bay-2', start, end };
    renderPart(
      <Booking site={site} begun={begun} onDone={onDone} onSeries={vi.fn()} onCancel={vi.fn()} />,
    );
    expect(screen.getByRole('heading', { name: 'For whom?' })).toBeDefined();
    await summary().findByText('A-2');
    expect(summary().getByText(/10:00 – 12:00/)).toBeDefined();
    expect(summary().getByText('Europe/Paris')).toBeDefined();
    fireEvent.change(screen.getByLabelText('Name'), { target: { value: ' Ada ' } });
    fireEvent.click(button('Reserve'));
    await waitFor(() => expect(onDone).toHaveBeenCalled());
    expect(posted).toEqual([
      {
        space_id: 'bay-2',
        start_time: '2027-11-22T09:00:00.000Z',
        end_time: '2027-11-22T11:00:00.000Z',
        holder: { name: 'Ada' },
      },
    ]);
  });

  it('that somebody else was quicker with leads back to the bays, and keeps what was typed', async () => {
    answerTo = () => {
      throw new Problem({ status: 409, code: 'slot_taken' });
    };
    const begun = { spaceId: 'bay-1', start, end };
    renderPart(
      <Booking site={site} begun={begun} onDone={vi.fn()} onSeries={vi.fn()} onCancel={vi.fn()} />,
    );
    await summary().findByText('A-1');
    fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'Ada' } });
    fireEvent.click(button('Reserve'));
    await screen.findByRole('heading', { name: 'Which bay?' });
    const group = within(await screen.findByRole('group', { name: 'Which bay?' }));
    const [taken, open] = group.getAllByRole('radio') as HTMLInputElement[];
    expect(taken?.disabled).toBe(true);
    expect(taken?.closest('label')?.textContent).toContain('Taken until 15:30');
    expect((button('Continue') as HTMLButtonElement).disabled).toBe(true);
    fireEvent.click(open as HTMLElement);
    fireEvent.click(button('Continue'));
    await screen.findByRole('heading', { name: 'For whom?' });
    expect((screen.getByLabelText('Name') as HTMLInputElement).value).toBe('Ada');
  });

  it('whose time is refused leads back to the first step, where the field says why', async () => {
    answerTo = () => {
      const errors = [
        { field: 'end_time', message: 'must lie at most 60 minutes after the start' },
      ];
      throw new Problem({ status: 422, code: 'validation_failed', errors });
    };
    const begun = { spaceId: 'bay-2', start, end };
    renderPart(
      <Booking site={site} begun={begun} onDone={vi.fn()} onSeries={vi.fn()} onCancel={vi.fn()} />,
    );
    await summary().findByText('A-2');
    fireEvent.click(button('Reserve'));
    await screen.findByRole('heading', { name: 'Where and when?' });
    expect(await screen.findByText('Must lie at most 60 minutes after the start.')).toBeDefined();
  });

  it('that is longer than can be had is refused where one says so, before a bay is looked for', async () => {
    terms = { duration_max_minutes: 90 };
    renderPart(
      <Booking
        site={site}
        begun={{ start, end }}
        onDone={vi.fn()}
        onSeries={vi.fn()}
        onCancel={vi.fn()}
      />,
    );
    await screen.findByRole('group', { name: 'Which bay?' });
    fireEvent.click(button('Place and time'));
    await act(async () => fireEvent.click(button('Continue')));
    expect(await screen.findByText('Longer than 1.5 h')).toBeDefined();
    expect(screen.getByRole('heading', { name: 'Where and when?' })).toBeDefined();
    const lengths = within(screen.getByRole('group', { name: 'How long?' }));
    fireEvent.click(lengths.getByRole('button', { name: '1 h' }));
    await waitFor(() => expect(screen.queryByText('Longer than 1.5 h')).toBeNull());
    fireEvent.click(button('Continue'));
    await screen.findByRole('heading', { name: 'Which bay?' });
  });

  it('is as long as one presses, also through the night in which an hour comes twice', async () => {
    // From 01:30 on: the clocks show 02:00 to 03:00 twice that night.
    const begun = {
      start: Date.parse('2027-10-30T23:30:00Z'),
      end: Date.parse('2027-10-31T00:15:00Z'),
    };
    renderPart(
      <Booking site={site} begun={begun} onDone={vi.fn()} onSeries={vi.fn()} onCancel={vi.fn()} />,
    );
    fireEvent.click(button('Place and time'));
    const lengths = within(screen.getByRole('group', { name: 'How long?' }));
    const length = (name: string) => lengths.getByRole('button', { name });
    fireEvent.click(length('2 h'));
    await waitFor(() => expect(length('2 h').getAttribute('aria-pressed')).toBe('true'));
    expect(summary().getByText(/01:30 – 02:30/)).toBeDefined();
    fireEvent.click(length('1 h'));
    await waitFor(() => expect(length('1 h').getAttribute('aria-pressed')).toBe('true'));
    // The same by the clocks, and an hour less.
    expect(summary().getByText(/01:30 – 02:30/)).toBeDefined();
    expect(summary().getByText('1 h')).toBeDefined();
  });
});

describe('a booking that repeats', () => {
  const judged = (day: string, verdict: string, conflicts: unknown[] = []) => ({
    start_time: `2027-11-${day}T09:00:00Z`,
    end_time: `2027-11-${day}T11:00:00Z`,
    verdict,
    conflicts,
  });
  const conflict = { start_time: '2027-11-23T10:00:00Z', end_time: '2027-11-23T10:30:00Z' };
  const preview = {
    timezone: 'Europe/Paris',
    occurrences: [judged('22', 'free'), judged('23', 'slot_taken', [conflict])],
    total: 2,
    free: 1,
    clashes: 1,
  };

  async function begin() {
    const onSeries = vi.fn();
    answerTo = () => preview;
    renderPart(
      <Booking
        site={site}
        begun={{ spaceId: 'bay-2', start, end }}
        onDone={vi.fn()}
        onSeries={onSeries}
        onCancel={vi.fn()}
      />,
    );
    fireEvent.click(button('Place and time'));
    fireEvent.mouseDown(screen.getByRole('combobox', { name: 'Repeats' }));
    fireEvent.click(await screen.findByTitle('Every day'));
    await screen.findByText('Every day, until Mon, 20 Dec 2027', { selector: 'p' });
    fireEvent.click(button('Continue'));
    await screen.findByRole('heading', { name: 'Which dates?' });
    await screen.findByText('1 date cannot be had');
    return onSeries;
  }

  /** Presses the last button, and looks at what was sent besides bay, times and rule. */
  async function reserves(onSeries: () => void, more: object) {
    posted = [];
    answerTo = () => ({ id: 'new', space_code: 'A-2', occurrences_total: 1 });
    fireEvent.click(button('Reserve'));
    await waitFor(() => expect(onSeries).toHaveBeenCalled());
    const sent = {
      space_id: 'bay-2',
      start_time: '2027-11-22T09:00:00.000Z',
      end_time: '2027-11-22T11:00:00.000Z',
      holder: {},
      rule: 'FREQ=DAILY;UNTIL=20271220',
    };
    expect(posted).toEqual([{ ...sent, ...more }]);
  }

  it('shows what stands in the way before it is sent, and leaves that out if one says so', async () => {
    const onSeries = await begin();
    const [, clash] = within(screen.getByRole('list', { name: 'Dates' })).getAllByRole('listitem');
    expect(clash?.textContent).toContain('Others have the bay: 11:00 – 11:30');
    expect((button('Continue') as HTMLButtonElement).disabled).toBe(true);
    // Nobody has looked at its dates and agreed yet.
    expect((button('Confirm') as HTMLButtonElement).disabled).toBe(true);
    fireEvent.click(screen.getByRole('radio', { name: 'Leave it out and reserve the rest (1)' }));
    fireEvent.click(button('Continue'));
    await screen.findByRole('heading', { name: 'For whom?' });
    await reserves(onSeries, { on_clash: 'skip' });
  });

  it('leaves single days out, takes them in again, and sends which', async () => {
    const onSeries = await begin();
    answerTo = () => {
      const { except = [] } = posted.at(-1) as { except?: string[] };
      const occurrences = preview.occurrences.map((one) =>
        except.includes(one.start_time.slice(0, 10)) ? { ...one, verdict: 'excluded' } : one,
      );
      const count = (verdict: string) =>
        occurrences.filter((one) => one.verdict === verdict).length;
      return { ...preview, occurrences, free: count('free'), clashes: count('slot_taken') };
    };
    const turn = (n: number, name: RegExp) => {
      const items = within(screen.getByRole('list', { name: 'Dates' })).getAllByRole('listitem');
      fireEvent.click(within(items[n] as HTMLElement).getByRole('button', { name }));
    };
    const goOn = () => button('Continue') as HTMLButtonElement;
    turn(1, /^Leave out: Tue,? 23 Nov 2027$/);
    // What is shown is of before; nobody goes on by that.
    expect(goOn().disabled).toBe(true);
    await screen.findByText('The one date can be had');
    expect(screen.getByText('1 date is left out.')).toBeDefined();
    expect(screen.getByText('Left out on purpose')).toBeDefined();
    expect(screen.queryByRole('radio', { name: 'Reserve all dates or none' })).toBeNull();
    turn(1, /^Take in again: Tue,? 23 Nov 2027$/);
    await screen.findByText('1 date cannot be had');
    turn(1, /^Leave out/);
    await screen.findByText('The one date can be had');
    turn(0, /^Leave out/);
    await screen.findByText('No date is left');
    expect(goOn().disabled).toBe(true);
    turn(0, /^Take in/);
    await screen.findByText('The one date can be had');
    await waitFor(() => expect(goOn().disabled).toBe(false));
    fireEvent.click(goOn());
    await screen.findByRole('heading', { name: 'For whom?' });
    expect(summary().getByText('1 date left out')).toBeDefined();
    await reserves(onSeries, { except: ['2027-11-23'], on_clash: 'refuse' });
  });

  it('that others were quicker with leads back to its dates', async () => {
    await begin();
    fireEvent.click(screen.getByRole('radio', { name: 'Leave it out and reserve the rest (1)' }));
    fireEvent.click(button('Continue'));
    await screen.findByRole('heading', { name: 'For whom?' });
    answerTo = () => {
      throw new Problem({ status: 409, code: 'series_clashes' });
    };
    fireEvent.click(button('Reserve'));
    await screen.findByRole('heading', { name: 'Which dates?' });
    expect(screen.getByText('Not every occurrence of the series can be reserved.')).toBeDefined();
  });
});

describe('a day on a phone', () => {
  const shown = {
    view: 'day',
    date: '2027-11-22',
    today: '2027-11-22',
    setView: vi.fn(),
    setDate: vi.fn(),
  } as const;
  const agenda = (wanted: Space[], onOpen = vi.fn()) => {
    const rest = { openId: null, onOpen, onCreate: vi.fn() };
    renderPart(<Agenda site={site} shown={shown} bays={spaces} wanted={wanted} {...rest} />);
    return onOpen;
  };

  it('is in the order of time, by the clocks of the site, without what was called off', async () => {
    const onOpen = agenda(spaces);
    const items = await screen.findAllByRole('button', { name: /10:00 – 12:00/ });
    expect(items.map(({ textContent }) => textContent)).toEqual([
      '10:00 – 12:00A-2, AdaReserved',
      '10:00 – 12:00A-1, CyNobody came',
    ]);
    fireEvent.click(items[0] as HTMLElement);
    expect(onOpen).toHaveBeenCalledWith('x');
  });

  it('begins with what is not over, once it is today', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2027-11-22T11:30:00Z') });
    agenda(spaces);
    const earlier = await screen.findByText('Earlier today: 2');
    expect(earlier.closest('details')?.open).toBe(false);
    expect(within(earlier.closest('details') as HTMLElement).getAllByRole('button')).toHaveLength(
      2,
    );
  });

  it('holds only the bays that are looked for', async () => {
    agenda([bay(1)]);
    const items = await screen.findAllByRole('button', { name: /10:00 – 12:00/ });
    expect(items).toHaveLength(1);
  });
});
