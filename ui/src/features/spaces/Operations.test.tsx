import { act, fireEvent, screen, within } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SiteTrend, Space, SpaceState } from '@/api/types';
import { renderPart } from '@/test/render';
import { Announcer } from './Announcer';
import { BayGrid } from './BayGrid';
import { Counters } from './Counters';
import { usualSite } from './OperationsPage';
import { counted, grouped } from './operationsView';
import { StaleNotice } from './StaleNotice';

const bay = (id: string, state: SpaceState = 'free') =>
  ({
    id,
    code: id,
    state,
    state_changed_at: '2027-01-18T10:00:00Z',
    site_id: 's',
    site_name: 'Quay',
    level_id: 'l',
    level: 'P1',
  }) as Space;
const lot = (count: number) => Array.from({ length: count }, (_, at) => bay(`A-${at + 1}`));
const groupsOf = (bays: Space[]) => grouped(bays, { isOneSite: true, levelOrder: new Map() });

/** A grid whose bays can change, as when something is heard. */
function Grid({ bays, onOpen = vi.fn() }: { bays: Space[]; onOpen?: (id: string) => void }) {
  const [shown, setShown] = useState(bays);
  return (
    <>
      <button
        type="button"
        onClick={() => setShown(shown.map((one, at) => (at === 1 ? bay(one.id, 'occupied') : one)))}
      >
        heard
      </button>
      <BayGrid
        label="Bays"
        groups={groupsOf(shown)}
        alarmed={new Set(['A-2'])}
        openId={null}
        onOpen={onOpen}
      />
    </>
  );
}

describe('a grid of bays', () => {
  it('of thousands holds only what is near the screen', () => {
    renderPart(<Grid bays={lot(5000)} />);
    const tiles = within(screen.getByRole('group', { name: 'Bays' })).getAllByRole('button');
    expect(tiles.length).toBeGreaterThan(3);
    expect(tiles.length).toBeLessThan(400);
  });

  it('says each state in words, shows what changed, and keeps the keyboard where it was', () => {
    renderPart(<Grid bays={lot(20)} />);
    const tile = screen.getByRole('button', { name: /^A-2 Free Needs attention/ });
    tile.focus();
    fireEvent.click(screen.getByText('heard'));
    expect(screen.getByRole('button', { name: /^A-2 Occupied/ })).toBe(tile);
    expect(document.activeElement).toBe(tile);
  });

  it('is walked through by arrow keys to what was not drawn before, and Tab leads to one bay', () => {
    const onOpen = vi.fn();
    renderPart(<Grid bays={lot(5000)} onOpen={onOpen} />);
    const first = screen.getByRole('button', { name: /^A-1 Free/ });
    first.focus();
    fireEvent.keyDown(first, { key: 'End' });
    expect(document.activeElement?.getAttribute('title')).toBe('A-5000, Free');
    expect(document.querySelectorAll('[data-bay][tabindex="0"]')).toHaveLength(1);
    fireEvent.click(document.activeElement as HTMLElement);
    expect(onOpen).toHaveBeenCalledWith('A-5000');
  });
});

describe('news of bays', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is said a few at a time, and a flood as a number', async () => {
    let show: (bays: Space[]) => void = () => undefined;
    function Told() {
      const [bays, setBays] = useState(lot(50));
      show = setBays;
      return <Announcer bays={bays} />;
    }
    renderPart(<Told />);
    const said = () => screen.getByRole('status').textContent;
    const tell = (occupied: number) =>
      act(async () => {
        show(lot(50).map((one, at) => (at < occupied ? bay(one.id, 'occupied') : one)));
      });
    await tell(1);
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    expect(said()).toBe('A-1: Occupied');
    for (let at = 2; at <= 30; at += 1) await tell(at);
    await act(() => vi.advanceTimersByTimeAsync(2_000));
    expect(said()).toBe('A-1: Occupied');
    await act(() => vi.advanceTimersByTimeAsync(8_000));
    expect(said()).toBe('29 bays changed');
  });
});

describe('what is not current', () => {
  it('says so and since when, and nothing while it is', () => {
    const at = Date.now();
    const { unmount } = renderPart(<StaleNotice isFresh asOf={at - 600_000} isFailed={false} />);
    expect(screen.getByRole('alert').textContent).toBe('');
    unmount();
    renderPart(<StaleNotice isFresh={false} asOf={at - 600_000} isFailed={false} />);
    expect(screen.getByRole('alert').textContent).toMatch(/Not current since .*10 min/);
  });
});

describe('the numbers of the states', () => {
  const point = { at: '', free: 3, occupied: 1, reserved: 0, maintenance: 0, unknown: 0 };
  const trend: SiteTrend = { site_id: 's', step_minutes: 30, points: [point, point, point] };

  it('say what the last hour did to them, and choose their bays', () => {
    const onState = vi.fn();
    renderPart(
      <Counters
        counts={counted([bay('a'), bay('b', 'occupied'), bay('c', 'occupied')])}
        attention={0}
        trend={trend}
        state={undefined}
        isAttention={false}
        onState={onState}
        onAttention={vi.fn()}
      />,
    );
    const occupied = screen.getByRole('button', { name: /2 Occupied.*1 more than an hour ago/ });
    expect(screen.getByRole('button', { name: /1 Free.*2 fewer than an hour ago/ })).toBeDefined();
    expect(screen.getByText('67 %')).toBeDefined();
    fireEvent.click(occupied);
    expect(onState).toHaveBeenCalledWith('occupied');
  });
});

describe('the site one begins with', () => {
  const site = (id: string, spaces: number) => ({ id, stats: { spaces } });
  it('is the only one, all of them, or the largest where all are too many', () => {
    expect(usualSite({ total: 1, sites: [site('a', 4)] })).toBe('a');
    expect(usualSite({ total: 2, sites: [site('a', 4), site('b', 5)] })).toBeNull();
    expect(usualSite({ total: 2, sites: [site('a', 40), site('b', 5_000)] })).toBe('b');
  });
});
