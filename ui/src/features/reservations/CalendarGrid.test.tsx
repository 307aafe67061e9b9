import { act, fireEvent, screen, within } from '@testing-library/react';
import { useRef, useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Reservation, Space } from '@/api/types';
import { renderPart } from '@/test/render';
import { CalendarGrid } from './CalendarGrid';
import { type Placed, placed, type Wish } from './spans';
import { axisOf, HOUR_MS } from './timeAxis';
import { bySpaceOf } from './useCalendarBookings';
import { LABEL } from './useRowsInView';
import type { Draft, Shifting } from './useShifting';
import { useWords } from './useWords';

const ZONE = 'Europe/Paris';
const axis = axisOf(ZONE, 'day', '2026-11-22');
const hour = (n: number) => axis.start + n * HOUR_MS;
/** The width of the line in pixels: an hour is forty. */
const WIDTH = 24 * 40;

const bay = (n: number) =>
  ({
    id: `bay-${n}`,
    code: `A-${n}`,
    kind: 'general',
    is_reservable: true,
    overrides: [],
  }) as unknown as Space;
const bays = (count: number) => Array.from({ length: count }, (_, n) => bay(n + 1));

function booked(
  id: string,
  n: number,
  from: number,
  until: number,
  more: Partial<Reservation> = {},
) {
  const [start, end] = [new Date(hour(from)).toISOString(), new Date(hour(until)).toISOString()];
  return placed({
    id,
    space_id: `bay-${n}`,
    space_code: `A-${n}`,
    status: 'confirmed',
    start_time: start,
    end_time: end,
    blocks_from: start,
    blocks_until: end,
    holder: { name: id },
    ...more,
  } as Reservation);
}

const dropped = vi.fn(async (_source: Placed, _wish: Wish) => true);
const created = vi.fn((_wish: Wish) => undefined);
const opened = vi.fn((_id: string) => undefined);

function Grid({
  all,
  offers = [],
  count = 20,
  isFixed = false,
}: {
  all: Placed[];
  offers?: string[];
  count?: number;
  isFixed?: boolean;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [draft, setDraft] = useState<Draft | null>(null);
  const words = useWords(ZONE);
  const bookings = { bySpace: bySpaceOf(all), isComing: false };
  const shifting = { draft, setDraft, dropped: null, drop: dropped, isSending: false };
  return (
    <CalendarGrid
      frame={frame}
      label="Calendar"
      axis={axis}
      bays={bays(count)}
      inView={{ from: 0, to: Math.min(count, 20) }}
      bookings={bookings as unknown as Parameters<typeof CalendarGrid>[0]['bookings']}
      terms={undefined}
      offers={new Set(offers)}
      words={words}
      shifting={shifting as unknown as Shifting}
      openId={null}
      isFixed={isFixed}
      onRow={() => undefined}
      onOpen={opened}
      onCreate={created}
    />
  );
}

const press = (key: string, more = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
const cell = (name: RegExp) => screen.getByRole('gridcell', { name });
const grid = () => screen.getByRole('grid', { name: 'Calendar' });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: hour(7) });
  Element.prototype.setPointerCapture = () => undefined;
  Element.prototype.releasePointerCapture = () => undefined;
  Element.prototype.hasPointerCapture = () => true;
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue({
    left: 0,
    top: 0,
    right: LABEL + WIDTH,
    bottom: 2000,
    width: LABEL + WIDTH,
    height: 2000,
  } as DOMRect);
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

describe('the calendar', () => {
  it('of thousands of bays holds only the rows near the screen', () => {
    renderPart(<Grid all={[]} count={5000} />);
    const rows = within(grid()).getAllByRole('row');
    expect(rows.length).toBeLessThan(40);
    expect(grid().getAttribute('aria-rowcount')).toBe('5001');
  });

  it('says of each reservation where it stands, when it is and whose', () => {
    renderPart(
      <Grid all={[booked('Ada', 1, 9, 11), booked('Bo', 2, 9, 10, { status: 'no_show' })]} />,
    );
    expect(cell(/^A-1, Reserved, .*09:00 – 11:00, Ada$/).getAttribute('style')).toContain('37.5%');
    expect(cell(/^A-2, Nobody came/)).toBeDefined();
  });
});

describe('what matters about a reservation', () => {
  const block = (name: RegExp) => cell(name) as HTMLElement;
  const letterOf = (name: RegExp) =>
    block(name).querySelector('[data-letter]')?.getAttribute('data-letter');

  it('is told by a letter of its own, and in words', () => {
    const [contested_at, overstayed_at, checked_in_at] = [9, 10, 8.9].map((n) =>
      new Date(hour(n)).toISOString(),
    );
    const hold_until = new Date(hour(9.25)).toISOString();
    renderPart(
      <Grid
        offers={['Eve']}
        all={[
          booked('Ada', 1, 9, 11, { contested_at }),
          booked('Bo', 2, 9, 10, { status: 'completed', checked_in_at, overstayed_at }),
          booked('Cy', 3, 9, 10, { status: 'pending', hold_until }),
          booked('Dee', 4, 9, 10, { contested_at, checked_in_at }),
          booked('Eve', 5, 9, 10, { status: 'pending', hold_until }),
        ]}
      />,
    );
    expect(letterOf(/^A-1, Taken by somebody else, .*Ada$/)).toBe('!');
    expect(letterOf(/^A-2, Stayed after the end, .*Bo$/)).toBe('O');
    expect(letterOf(/^A-3, Held, held until 09:15, .*Cy$/)).toBe('H');
    expect(block(/Cy$/).textContent).toContain('until 09:15');
    // Who has come after all has the bay.
    expect(letterOf(/^A-4, Has come, .*Dee$/)).toBe('C');
    expect(letterOf(/^A-5, Offered to the waiting list, held until 09:15, .*Eve$/)).toBe('W');
  });

  it('is that it comes again', () => {
    renderPart(
      <Grid all={[booked('Ada', 1, 9, 11, { series_id: 's' }), booked('Bo', 2, 9, 11)]} />,
    );
    expect(block(/^A-1, Reserved, one of a series, .*Ada$/).querySelector('svg')).not.toBeNull();
    expect(block(/Bo$/).querySelector('svg')).toBeNull();
  });
});

describe('the calendar from the keyboard', () => {
  it('has one stop, and keys lead from it to free time and to reservations', () => {
    renderPart(<Grid all={[booked('Ada', 2, 7.5, 9)]} />);
    const stops = () =>
      [...grid().querySelectorAll('[tabindex="0"]')].map((stop) => stop.getAttribute('aria-label'));
    expect(stops()).toEqual(['A-1, 07:00 – 07:30, free']);
    act(() => cell(/^A-1, 07:00/).focus());
    press('ArrowDown');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('A-2, 07:00 – 07:30, free');
    press('ArrowRight');
    expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^A-2, Reserved/);
    expect(stops()).toHaveLength(1);
    press('Enter');
    expect(opened).toHaveBeenCalledWith('Ada');
    press('ArrowRight');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('A-2, 09:00 – 09:30, free');
  });

  it('reserves an hour, what is left until the next one, or as much as was chosen', () => {
    renderPart(<Grid all={[booked('Ada', 2, 7.5, 9)]} />);
    act(() => cell(/^A-1, 07:00/).focus());
    press('Enter');
    expect(created).toHaveBeenLastCalledWith({ spaceId: 'bay-1', start: hour(7), end: hour(8) });
    press('ArrowDown');
    press('Enter');
    expect(created).toHaveBeenLastCalledWith({ spaceId: 'bay-2', start: hour(7), end: hour(7.5) });
    press('ArrowUp');
    for (const _ of [1, 2, 3]) press('ArrowRight', { shiftKey: true });
    press('Enter');
    expect(created).toHaveBeenLastCalledWith({ spaceId: 'bay-1', start: hour(7), end: hour(9) });
  });

  it('moves a reservation to another time and bay, and says what is in the way', () => {
    renderPart(<Grid all={[booked('Ada', 1, 9, 10), booked('Bo', 2, 9.5, 12)]} />);
    act(() => cell(/Ada$/).focus());
    press('m');
    const said = () => screen.getByRole('status').textContent ?? '';
    expect(said()).toMatch(/^Moving\..*A-1/);
    press('ArrowDown');
    expect(said()).toMatch(/^A-2, .*09:00 – 10:00\. Taken 09:30 – 12:00$/);
    press('ArrowLeft', { shiftKey: true });
    expect(said()).toMatch(/08:00 – 09:00\. Free\.$/);
    press('Enter');
    const [source, wish] = dropped.mock.calls[0] ?? [];
    expect(source?.id).toBe('Ada');
    expect(wish).toMatchObject({ spaceId: 'bay-2', start: hour(8), end: hour(9) });
    expect(said()).toBe('');
  });

  it('extends and shortens by quarters, and puts it back with Escape', () => {
    renderPart(<Grid all={[booked('Ada', 1, 9, 10)]} />);
    act(() => cell(/Ada$/).focus());
    press('e');
    press('ArrowRight');
    press('Escape');
    expect(dropped).not.toHaveBeenCalled();
    press('e');
    press('ArrowRight');
    press('ArrowRight', { shiftKey: true });
    press('Enter');
    expect(dropped.mock.calls[0]?.[1]).toMatchObject({ start: hour(9), end: hour(11.25) });
  });

  it('holds nothing any more once one goes elsewhere', () => {
    renderPart(
      <>
        <Grid all={[booked('Ada', 1, 9, 10)]} />
        <button type="button">elsewhere</button>
      </>,
    );
    const ada = cell(/Ada$/);
    act(() => ada.focus());
    press('m');
    press('ArrowDown');
    expect(screen.getByRole('status').textContent).toMatch(/^A-2/);
    fireEvent.blur(ada, { relatedTarget: screen.getByRole('button', { name: 'elsewhere' }) });
    expect(screen.getByRole('status').textContent).toBe('');
    expect(dropped).not.toHaveBeenCalled();
  });

  it('moves nothing that is over, and nothing for those who may not', () => {
    const { unmount } = renderPart(
      <Grid all={[booked('Ada', 1, 7, 8, { status: 'completed' })]} />,
    );
    act(() => cell(/Ada$/).focus());
    press('m');
    expect(screen.getByRole('status').textContent).toBe('');
    unmount();
    renderPart(<Grid all={[booked('Ada', 1, 7, 8)]} isFixed />);
    act(() => cell(/Ada$/).focus());
    press('m');
    expect(screen.getByRole('status').textContent).toBe('');
    press('ArrowDown');
    press('Enter');
    expect(created).not.toHaveBeenCalled();
  });
});

describe('the calendar with the mouse', () => {
  const x = (hours: number) => LABEL + hours * 40;
  /** The middle of a row. */
  const y = (row: number) => 48 + row * 44 + 22;
  const at = (hours: number, row: number) => ({
    clientX: x(hours),
    clientY: y(row),
    button: 0,
    pointerId: 1,
  });
  const track = (n: number) => grid().querySelector(`[data-track="bay-${n}"]`) as HTMLElement;

  it('draws a reservation over free time', () => {
    renderPart(<Grid all={[]} />);
    fireEvent.pointerDown(track(3), at(9.1, 2));
    fireEvent.pointerMove(grid(), at(10.9, 2));
    expect(grid().textContent).toContain('09:00 – 11:00');
    fireEvent.pointerUp(grid(), at(10.9, 2));
    expect(created).toHaveBeenCalledWith({ spaceId: 'bay-3', start: hour(9), end: hour(11) });
  });

  it('moves one, says meanwhile what it would meet, and lets the server decide', () => {
    renderPart(<Grid all={[booked('Ada', 1, 9, 10), booked('Bo', 2, 9, 12)]} />);
    fireEvent.pointerDown(cell(/Ada$/), at(9.5, 0));
    fireEvent.pointerMove(grid(), at(10.5, 1));
    expect(grid().textContent).toContain('Taken 09:00 – 12:00');
    fireEvent.pointerUp(grid(), at(10.5, 1));
    expect(dropped.mock.calls[0]?.[1]).toMatchObject({
      spaceId: 'bay-2',
      start: hour(10),
      end: hour(11),
    });
  });

  it('stretches one by its end, in the bay where it is', () => {
    renderPart(<Grid all={[booked('Ada', 1, 9, 10)]} />);
    const edge = cell(/Ada$/).querySelector('[data-edge="end"]') as HTMLElement;
    fireEvent.pointerDown(edge, at(10, 0));
    fireEvent.pointerMove(grid(), at(11.6, 3));
    fireEvent.pointerUp(grid(), at(11.6, 3));
    expect(dropped.mock.calls[0]?.[1]).toMatchObject({
      spaceId: 'bay-1',
      start: hour(9),
      end: hour(11.5),
    });
  });

  it('calls it off with Escape', () => {
    renderPart(<Grid all={[booked('Ada', 1, 9, 10)]} />);
    fireEvent.pointerDown(cell(/Ada$/), at(9.5, 0));
    fireEvent.pointerMove(grid(), at(12, 1));
    fireEvent.keyDown(window, { key: 'Escape' });
    fireEvent.pointerUp(grid(), at(12, 1));
    expect(dropped).not.toHaveBeenCalled();
  });

  it('opens what is clicked, and leads the keys to what is free', () => {
    renderPart(<Grid all={[booked('Ada', 1, 9, 10)]} />);
    fireEvent.pointerDown(cell(/Ada$/), at(9.5, 0));
    fireEvent.pointerUp(grid(), at(9.5, 0));
    expect(opened).toHaveBeenCalledWith('Ada');
    fireEvent.pointerDown(track(4), at(13.3, 3));
    fireEvent.pointerUp(grid(), at(13.3, 3));
    expect(document.activeElement?.getAttribute('aria-label')).toBe('A-4, 13:00 – 13:30, free');
    expect(created).not.toHaveBeenCalled();
    fireEvent.doubleClick(track(4));
    expect(created).toHaveBeenCalledWith({ spaceId: 'bay-4', start: hour(13), end: hour(14) });
  });

  it('draws nothing with a finger, which scrolls', () => {
    renderPart(<Grid all={[]} />);
    fireEvent.pointerDown(track(3), { ...at(9, 2), pointerType: 'touch' });
    fireEvent.pointerMove(grid(), { ...at(11, 2), pointerType: 'touch' });
    fireEvent.pointerUp(grid(), { ...at(11, 2), pointerType: 'touch' });
    expect(created).not.toHaveBeenCalled();
  });
});
