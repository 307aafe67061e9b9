import { describe, expect, it } from 'vitest';
import { Problem } from '@/api/problem';
import {
  begunFrom,
  firstStep,
  freedomOf,
  markOf,
  meantInstant,
  ofFields,
  questionOf,
  stepOfRefusal,
  usualSpan,
} from './booking';
import { HOUR_MS } from './timeAxis';

const at = (text: string) => Date.parse(text);
const NOON = at('2026-11-22T12:00:00Z');
const window = (from: number, until: number) => ({
  start_time: new Date(NOON + from * HOUR_MS).toISOString(),
  end_time: new Date(NOON + until * HOUR_MS).toISOString(),
});
const span = (from: number, until: number) => ({
  start: NOON + from * HOUR_MS,
  end: NOON + until * HOUR_MS,
});

describe('a refusal', () => {
  const refused = (code: string, ...fields: string[]) =>
    new Problem({ status: 422, code, errors: fields.map((field) => ({ field, message: '' })) });

  it.each([
    ['validation_failed', ['end_time'], 'when'],
    ['validation_failed', ['holder.email', 'start_time'], 'when'],
    ['validation_failed', ['holder.plate'], 'confirm'],
    ['slot_taken', [], 'bay'],
    ['space_out_of_use', [], 'bay'],
    ['person_limit_reached', [], 'confirm'],
    ['network_unreachable', [], 'confirm'],
  ])('%s of %j leads back to the step "%s"', (code, fields, step) => {
    expect(stepOfRefusal(refused(code, ...fields))).toBe(step);
  });
});

describe('a refusal of the form', () => {
  it('names its fields as the form does, and keeps the times that are taken', () => {
    const conflicts = [window(0, 1)];
    const errors = [{ field: 'holder.email', message: 'must be an e-mail address' }];
    const mended = ofFields(
      new Problem({ status: 422, code: 'x', errors, conflicts, requestId: 'r' }),
    );
    expect(mended.errors).toEqual([{ field: 'email', message: 'must be an e-mail address' }]);
    expect(mended).toMatchObject({ status: 422, code: 'x', conflicts, requestId: 'r' });
  });
});

describe('the time that is meant', () => {
  it('is that of the clocks of the site', () => {
    expect(meantInstant('Europe/Paris', '2026-11-22T14:00', undefined)).toBe(NOON + HOUR_MS);
  });

  it.each(['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'])(
    'stays %s, although the clocks show it twice',
    (meant) => {
      expect(meantInstant('Europe/Paris', '2026-10-25T02:30', at(meant))).toBe(at(meant));
      // Another time was chosen: the first of the two.
      expect(meantInstant('Europe/Paris', '2026-10-25T02:45', at(meant))).toBe(
        at('2026-10-25T00:45:00Z'),
      );
    },
  );

  it('begins with the next quarter', () => {
    expect(usualSpan(NOON + 60_000)).toEqual(span(0.25, 1.25));
    expect(usualSpan(NOON)).toEqual(span(0, 1));
  });
});

describe('a bay', () => {
  it('is free if one of its windows holds the whole time', () => {
    expect(freedomOf({ free: [window(0, 5)] }, span(1, 3), NOON)).toEqual({ isFree: true });
    expect(freedomOf({ free: [window(1, 3)] }, span(1, 3), NOON)).toEqual({ isFree: true });
  });

  it('is free also to somebody a little late', () => {
    expect(freedomOf({ free: [window(0, 5)] }, span(-0.05, 1), NOON)).toEqual({ isFree: true });
    expect(freedomOf({ free: [window(1.05, 5)] }, span(1, 2), NOON).isFree).toBe(false);
  });

  it('is taken until it can be had for as long', () => {
    const free = [window(0, 2), window(4, 9)];
    expect(freedomOf({ free }, span(1, 3), NOON)).toEqual({
      isFree: false,
      until: NOON + 4 * HOUR_MS,
    });
    expect(freedomOf({ free: [] }, span(1, 3), NOON)).toEqual({ isFree: false, until: null });
  });

  it('is asked about a day further than it is wanted', () => {
    expect(questionOf('s', span(0, 2))).toEqual({
      site_id: 's',
      from: '2026-11-22T12:00:00.000Z',
      to: '2026-11-23T14:00:00.000Z',
      duration_minutes: 120,
    });
  });
});

describe('what one begins with', () => {
  const begun = (query: string) => begunFrom(new URLSearchParams(query));

  it('is what the link says', () => {
    expect(
      begun('site_id=s&space_id=a&from=2026-11-22T12:00:00Z&until=2026-11-22T13:00:00Z'),
    ).toEqual({
      siteId: 's',
      spaceId: 'a',
      ...span(0, 1),
    });
    expect(begun('from=tomorrow&until=2026-11-22T13:00:00Z')).toEqual({});
    expect(begun('from=2026-11-22T13:00:00Z&until=2026-11-22T12:00:00Z')).toEqual({});
  });

  it('leads to what is not known yet', () => {
    expect(firstStep({})).toBe('when');
    expect(firstStep({ siteId: 's' })).toBe('when');
    expect(firstStep({ siteId: 's', ...span(0, 1) })).toBe('bay');
    expect(firstStep({ siteId: 's', spaceId: 'a', ...span(0, 1) })).toBe('confirm');
  });
});

describe('where bays are chosen, the mark', () => {
  it('tells one that is out of use from one that somebody has', () => {
    expect(markOf({ isFree: true })).toBe('free');
    expect(markOf({ isFree: false, until: null })).toBe('reserved');
    expect(markOf({ isFree: false, until: null, isOutOfUse: true })).toBe('maintenance');
  });
});
