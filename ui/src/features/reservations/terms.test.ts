import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ReservationTerms } from '@/api/types';
import { placeOf } from '@/components/useLeaveGuard';
import {
  areSame,
  changeOf,
  isOwn,
  termNames,
  terms,
  usualLetters,
  valuesOf,
  wholeOf,
} from './terms';

const usual = Object.fromEntries(termNames.map((name) => [name, terms[name].usual]));
const of = (more: Partial<ReservationTerms> = {}) =>
  ({
    site_id: null,
    source: 'standard',
    letters: usualLetters,
    ...usual,
    ...more,
  }) as ReservationTerms;

describe('the terms of reservations', () => {
  it('are those of the server, within its bounds, and usually what it says', () => {
    const source = readFileSync('../crates/parking-domain/src/reservations/mod.rs', 'utf8');
    const number = (digits: string | undefined) => Number(digits?.replaceAll('_', ''));
    const numbers = [...source.matchAll(/^ {4}(\w+): ([\d_]+)\.\.=([\d_]+), ([\d_]+);$/gm)].map(
      ([, name, min, max, usual]) => [name, [min, max, usual].map(number)] as const,
    );
    const person = /PER_PERSON: RangeInclusive<i32> = ([\d_]+)\.\.=([\d_]+);/.exec(source);
    const kept = /RETENTION: RangeInclusive<i32> = ([\d_]+)\.\.=([\d_]+);/.exec(source);
    const usually = /RETENTION_USUAL: Option<i32> = Some\(([\d_]+)\);/.exec(source);
    const theirs = Object.fromEntries([
      ...numbers,
      ['per_person_max', [number(person?.[1]), number(person?.[2]), null]],
      ['retention_days', [kept?.[1], kept?.[2], usually?.[1]].map(number)],
    ]);
    const ours = Object.fromEntries(
      termNames.map((name) => [name, [terms[name].min, terms[name].max, terms[name].usual]]),
    );
    expect(ours).toEqual(theirs);
    expect(termNames).toHaveLength(Object.keys(terms).length);
  });

  it('are sent where they differ, and only there', () => {
    const base = of({ per_person_max: 3 });
    expect(changeOf(base, valuesOf(base))).toEqual({});
    expect(changeOf(base, { ...valuesOf(base), duration_max_minutes: 120 })).toEqual({
      duration_max_minutes: 120,
    });
    expect(changeOf(base, { ...valuesOf(base), letters: 'fr' })).toEqual({ letters: 'fr' });
    // Any number is something to say; silence would leave it as it is.
    expect(changeOf(base, { ...valuesOf(base), per_person_max: null })).toEqual({
      per_person_max: null,
    });
    expect(changeOf(base, { ...valuesOf(base), retention_days: null })).toEqual({
      retention_days: null,
    });
  });

  it('are said for a site without what is said once for all', () => {
    const whole = valuesOf(of());
    expect(wholeOf(whole, false)).toEqual(whole);
    const { retention_days: _, ...ofSite } = whole;
    expect(wholeOf(whole, true)).toEqual(ofSite);
  });

  it('are others when a number differs, or whose they are', () => {
    expect(areSame(of(), of())).toBe(true);
    expect(areSame(of(), of({ grace_minutes: 20 }))).toBe(false);
    expect(areSame(of(), of({ source: 'tenant' }))).toBe(false);
  });

  it('are own where they were set, not where they are taken over', () => {
    expect(isOwn(of({ site_id: 'a', source: 'site' }))).toBe(true);
    expect(isOwn(of({ site_id: 'a', source: 'tenant' }))).toBe(false);
    expect(isOwn(of({ source: 'tenant' }))).toBe(true);
    expect(isOwn(of())).toBe(false);
  });
});

describe('where one is, for those who leave', () => {
  const here = { pathname: '/settings/reservations', search: '?site_id=a&q=x' };
  it('is another place at another site, and the same with other questions', () => {
    const named = (search: string) => placeOf({ ...here, search }, 'site_id');
    expect(named('?site_id=b')).not.toBe(placeOf(here, 'site_id'));
    expect(named('')).not.toBe(placeOf(here, 'site_id'));
    expect(named('?q=y&site_id=a')).toBe(placeOf(here, 'site_id'));
    expect(placeOf({ ...here, search: '' })).toBe(placeOf(here));
  });
});
