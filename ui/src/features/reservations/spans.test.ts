import { describe, expect, it } from 'vitest';
import type { Reservation } from '@/api/types';
import { dragged, nudged, stretchFrom } from './dragging';
import { faultOf, lanesOf, meet, type Placed, placed, withDropped } from './spans';
import { HOUR_MS, MINUTE_MS } from './timeAxis';
import { bodyOf } from './useShifting';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const span = (from: number, until: number) => ({
  start: NOON + from * HOUR_MS,
  end: NOON + until * HOUR_MS,
});
const wish = (from: number, until: number, spaceId = 'a') => ({ ...span(from, until), spaceId });
const quarters = (n: number) => n * 15 * MINUTE_MS;

function held(
  id: string,
  from: number,
  until: number,
  status: Reservation['status'] = 'confirmed',
) {
  const { start, end } = span(from, until);
  const [start_time, end_time] = [start, end].map((at) => new Date(at).toISOString());
  return placed({
    id,
    space_id: 'a',
    status,
    start_time,
    end_time,
    blocks_from: start_time,
    blocks_until: end_time,
  } as Reservation);
}

describe('stretches of time', () => {
  it('meet if they share an instant, and not back to back', () => {
    expect(meet(span(0, 2), span(1, 3))).toBe(true);
    expect(meet(span(0, 2), span(2, 3))).toBe(false);
    expect(meet(span(0, 4), span(1, 2))).toBe(true);
  });

  it('lie in lanes, each as high as those around it allow', () => {
    expect(lanesOf([span(0, 1), span(1, 2)])).toEqual([
      { lane: 0, of: 1 },
      { lane: 0, of: 1 },
    ]);
    expect(lanesOf([span(4, 5), span(0, 2), span(1, 3), span(2, 4)])).toEqual([
      { lane: 0, of: 1 },
      { lane: 0, of: 2 },
      { lane: 1, of: 2 },
      { lane: 0, of: 2 },
    ]);
  });
});

describe('what was dropped', () => {
  it('lies where it was dropped until the server has spoken, and nowhere else', () => {
    const [mine, other] = [held('x', 1, 2), { ...held('y', 1, 2), spaceId: 'b' }];
    const before = new Map([
      ['a', [mine]],
      ['b', [other]],
    ]);
    const after = withDropped(before, { ...wish(3, 4, 'b'), id: 'x' });
    expect(after.get('a')).toEqual([]);
    expect(after.get('b')?.map(({ id, start }) => [id, start])).toEqual([
      ['y', other.start],
      ['x', span(3, 4).start],
    ]);
    expect(before.get('a')).toEqual([mine]);
    expect(withDropped(before, null)).toBe(before);
  });
});

describe('what is sent of what was dragged', () => {
  it('is what has become different, so that a start that was told more exactly stays', () => {
    const before = wish(0, 2);
    const end = NOON + 3 * HOUR_MS;
    expect(bodyOf({ ...before, end }, before)).toEqual({ end_time: '2026-11-22T15:00:00.000Z' });
    expect(bodyOf({ ...before, spaceId: 'b' }, before)).toEqual({ space_id: 'b' });
    expect(Object.keys(bodyOf(wish(1, 3), before))).toEqual(['start_time', 'end_time']);
  });
});

describe('what stands in the way', () => {
  const around = (others: Placed[] = [], more = {}) => ({
    others,
    terms: undefined,
    isReservable: true,
    now: NOON,
    ...more,
  });
  const terms = { buffer_before_minutes: 15, buffer_after_minutes: 0, duration_max_minutes: 120 };

  it('is whoever has the bay then, but not oneself and nobody whose time is over', () => {
    const other = held('x', 1, 2);
    expect(faultOf(wish(1.5, 3), around([other]))).toEqual({ kind: 'taken', ...span(1, 2) });
    expect(faultOf(wish(2, 3), around([other]))).toBeNull();
    expect(faultOf({ ...wish(1.5, 3), id: 'x' }, around([other]))).toBeNull();
    expect(faultOf(wish(1.5, 3), around([held('x', 1, 2, 'no_show')]))).toBeNull();
  });

  it('are the buffers of the site too', () => {
    expect(faultOf(wish(2, 3), around([held('x', 1, 2)], { terms }))?.kind).toBe('taken');
    expect(faultOf(wish(2.25, 3), around([held('x', 1, 2)], { terms }))).toBeNull();
  });

  it('is what cannot be reserved by anybody', () => {
    expect(faultOf(wish(-1, 1), around())).toEqual({ kind: 'past' });
    expect(faultOf(wish(-0.05, 1), around())).toBeNull();
    expect(faultOf(wish(0, 3), around([], { terms }))).toEqual({ kind: 'tooLong', minutes: 120 });
    expect(faultOf(wish(1, 1.05), around())).toEqual({ kind: 'tooShort' });
    expect(faultOf(wish(1, 2), around([], { isReservable: false }))).toEqual({
      kind: 'notReservable',
    });
  });

  it('is a bay that is out of use then, unless one only stays a shorter time', () => {
    const closed = [span(1, 4)];
    expect(faultOf(wish(3, 5), around([], { closed }))).toEqual({ kind: 'outOfUse' });
    expect(faultOf(wish(4, 5), around([], { closed }))).toBeNull();
    const before = { ...wish(1, 3), id: 'x' };
    expect(
      faultOf({ ...before, end: NOON + 2 * HOUR_MS }, around([], { closed, before })),
    ).toBeNull();
    expect(faultOf({ ...before, end: NOON + 4 * HOUR_MS }, around([], { closed, before }))).toEqual(
      {
        kind: 'outOfUse',
      },
    );
  });

  it('is nothing for who gives time back, though others are nearer and terms stricter than they were', () => {
    const strict = {
      buffer_before_minutes: 30,
      buffer_after_minutes: 30,
      duration_max_minutes: 30,
    };
    const [before, next] = [{ ...wish(1, 4), id: 'x' }, held('y', 4, 5)];
    const asked = around([next], { before, terms: strict });
    expect(faultOf({ ...before, end: NOON + 3.75 * HOUR_MS }, asked)).toBeNull();
    expect(faultOf({ ...before, end: NOON + 4.25 * HOUR_MS }, asked)).toMatchObject({
      kind: 'taken',
    });
  });

  it('lets what has begun be extended, and what stays in its bay stay there', () => {
    const before = { ...wish(-2, 1), id: 'x' };
    expect(faultOf({ ...before, end: NOON + 2 * HOUR_MS }, around([], { before }))).toBeNull();
    const moved = { ...before, start: NOON - HOUR_MS };
    expect(faultOf(moved, around([], { before }))).toEqual({ kind: 'past' });
    expect(faultOf(before, around([], { before, isReservable: false }))).toBeNull();
  });
});

describe('dragging', () => {
  it('draws whole quarters, whichever way one pulls', () => {
    const hold = { grip: 'create' as const, from: wish(0, 0), grabbedAt: NOON + 5 * MINUTE_MS };
    expect(dragged(hold, NOON + 40 * MINUTE_MS, 'b')).toEqual(wish(0, 0.75));
    expect(dragged(hold, NOON - 40 * MINUTE_MS, 'b')).toEqual(wish(-0.75, 0.25));
    expect(dragged(hold, hold.grabbedAt, 'b')).toEqual(wish(0, 0.25));
  });

  it('moves as long as it is, also to another bay', () => {
    const hold = { grip: 'move' as const, from: wish(0, 2), grabbedAt: NOON + HOUR_MS };
    expect(dragged(hold, NOON + HOUR_MS + 50 * MINUTE_MS, 'b')).toEqual(wish(0.75, 2.75, 'b'));
  });

  it('never turns the ends about', () => {
    const hold = (grip: 'start' | 'end') => ({ grip, from: wish(0, 2), grabbedAt: NOON });
    expect(dragged(hold('end'), NOON + 3.1 * HOUR_MS, 'b')).toEqual(wish(0, 3));
    expect(dragged(hold('end'), NOON - HOUR_MS, 'a')).toEqual(wish(0, 0.25));
    expect(dragged(hold('start'), NOON + 5 * HOUR_MS, 'a')).toEqual(wish(1.75, 2));
  });

  it('goes by quarters with the keys, and by hours with Shift', () => {
    expect(nudged('move', wish(0, 1), 'ArrowRight', false)).toEqual(wish(0.25, 1.25));
    expect(nudged('end', wish(0, 1), 'ArrowRight', true)).toEqual(wish(0, 2));
    expect(nudged('end', wish(0, 1), 'ArrowLeft', true)).toEqual(wish(0, 0.25));
    expect(nudged('start', wish(0, 1), 'ArrowLeft', false).start).toBe(NOON - quarters(1));
  });

  it('begins with an hour, or with what is left until the next one', () => {
    expect(stretchFrom(NOON, [])).toEqual(span(0, 1));
    expect(stretchFrom(NOON, [span(0.5, 2), span(-2, -1)])).toEqual(span(0, 0.5));
  });
});
