import { describe, expect, it } from 'vitest';
import type { Uplink, UplinkPage } from '@/api/types';
import { KEPT_MAX, nothing, resumed, taken } from './follow';

const id = (number: number) => `019a-${String(number).padStart(8, '0')}`;
const uplink = (number: number, outcome: Uplink['outcome'] = 'read') =>
  ({ id: id(number), outcome }) as Uplink;
const page = (...uplinks: Uplink[]) => ({ uplinks, has_more: false }) as unknown as UplinkPage;
const numbers = (uplinks: Uplink[]) => uplinks.map((one) => Number(one.id.slice(5)));

describe('the stream of messages', () => {
  it('shows the newest first, each once, as it was told last', () => {
    const first = taken(nothing, page(uplink(2, 'waiting'), uplink(1)), false);
    const then = taken(first, page(uplink(3), uplink(2)), false);
    expect(numbers(then.rows)).toEqual([3, 2, 1]);
    expect(then.rows[1]?.outcome).toBe('read');
  });

  it('stands still while paused, and counts what comes once', () => {
    let state = taken(nothing, page(uplink(1, 'waiting')), false);
    state = taken(state, page(uplink(2), uplink(1)), true);
    state = taken(state, page(uplink(3), uplink(2)), true);
    expect([numbers(state.rows), state.heldCount]).toEqual([[1], 2]);
    expect(state.rows[0]?.outcome).toBe('read');
    state = resumed(state);
    expect([numbers(state.rows), state.heldCount]).toEqual([[3, 2, 1], 0]);
  });

  it('keeps no more than it says, however long it is paused', () => {
    let state = nothing;
    for (let n = 1; n <= KEPT_MAX * 3; n += 1) state = taken(state, page(uplink(n)), n > KEPT_MAX);
    expect([state.rows.length, state.held.length]).toEqual([KEPT_MAX, KEPT_MAX]);
    expect(state.heldCount).toBe(KEPT_MAX * 2);
    state = resumed(state);
    expect(numbers(state.rows)[0]).toBe(KEPT_MAX * 3);
    expect(state.rows.length).toBe(KEPT_MAX);
  });
});
