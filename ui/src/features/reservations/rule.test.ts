import { describe, expect, it } from 'vitest';
import { isLastOf, meaningOf, nthOf, type RepeatWish, ruleOf, weekdayOf, wishOf } from './rule';

const ZONE = 'Europe/Paris';
/** The fourth Monday of its month, and not the last: there are five. */
const MONDAY = '2026-11-23';

const wish = (some: Partial<RepeatWish>): RepeatWish => ({
  repeats: 'none',
  interval: 1,
  days: [],
  monthly: 'date',
  ends: 'until',
  until: '2027-01-29',
  times: 10,
  rule: '',
  ...some,
});

describe('a rule', () => {
  const forms: [string, Partial<RepeatWish>, string][] = [
    ['FREQ=DAILY;UNTIL=20270129', { repeats: 'daily' }, MONDAY],
    ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270129', { repeats: 'weekdays' }, MONDAY],
    ['FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20270129', { repeats: 'weekly', days: ['MO', 'TH'] }, MONDAY],
    [
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=SA;COUNT=10',
      { repeats: 'weekly', interval: 2, days: ['SA'], ends: 'times' },
      MONDAY,
    ],
    ['FREQ=MONTHLY;BYMONTHDAY=23;UNTIL=20270129', { repeats: 'monthly' }, MONDAY],
    ['FREQ=MONTHLY;BYDAY=4MO;UNTIL=20270129', { repeats: 'monthly', monthly: 'weekday' }, MONDAY],
    [
      'FREQ=MONTHLY;BYDAY=-1MO;COUNT=10',
      { repeats: 'monthly', monthly: 'last', ends: 'times' },
      '2026-11-30',
    ],
  ];

  it.each(forms)('%s is what the form asks for, and leads back to it', (rule, asked, first) => {
    expect(ruleOf(wish(asked), first)).toBe(rule);
    const back = wishOf(rule, first, ZONE);
    expect(back).not.toBeNull();
    expect(ruleOf(wish({ ...back }), first)).toBe(rule);
    expect(back).toMatchObject(asked);
  });

  it('has its days in the order of the week, however they were pressed', () => {
    const rule = ruleOf(wish({ repeats: 'weekly', days: ['FR', 'MO'] }), MONDAY);
    expect(rule).toBe('FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20270129');
  });

  it.each([
    ['nothing repeats', { repeats: 'none' }],
    ['no day is chosen', { repeats: 'weekly' }],
    ['it does not end', { repeats: 'daily', until: null }],
    ['it is not known how often', { repeats: 'daily', ends: 'times', times: null }],
    ['nothing is written', { repeats: 'own', rule: '  ' }],
  ] as [string, Partial<RepeatWish>][])('is none while %s', (_why, asked) => {
    expect(ruleOf(wish(asked), MONDAY)).toBeNull();
  });

  it('of somebody’s own is sent as it was written', () => {
    const rule = 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=3';
    expect(ruleOf(wish({ repeats: 'own', rule: ` ${rule} ` }), MONDAY)).toBe(rule);
    expect(meaningOf(rule, MONDAY, ZONE)).toBeNull();
    expect(wishOf(rule, MONDAY, ZONE)).toBeNull();
  });
});

describe('what a rule says', () => {
  const pattern = (rule: string) => meaningOf(rule, MONDAY, ZONE)?.pattern;

  it('may be written in several ways', () => {
    const workdays = { kind: 'weekdays' };
    expect(pattern('RRULE:FREQ=WEEKLY;BYDAY=FR,TH,WE,TU,MO;COUNT=3')).toEqual(workdays);
    expect(pattern('freq=daily;byday=MO,TU,WE,TH,FR;count=3')).toEqual(workdays);
    expect(pattern('FREQ=WEEKLY;WKST=SU;COUNT=3')).toEqual({
      kind: 'weekly',
      every: 1,
      days: ['MO'],
    });
    expect(pattern('FREQ=MONTHLY;COUNT=3')).toEqual({ kind: 'monthlyOn', every: 1, dates: [23] });
    expect(pattern('FREQ=MONTHLY;BYMONTHDAY=15,1;COUNT=3')).toEqual({
      kind: 'monthlyOn',
      every: 1,
      dates: [1, 15],
    });
    expect(pattern('FREQ=YEARLY;INTERVAL=2;COUNT=3')).toEqual({
      kind: 'yearly',
      every: 2,
      date: MONDAY,
    });
  });

  it.each([
    'FREQ=DAILY;INTERVAL=2;BYDAY=MO;COUNT=3',
    'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1;COUNT=3',
    'FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3',
    'FREQ=MONTHLY;BYDAY=1MO,3MO;COUNT=3',
    'FREQ=MONTHLY;BYDAY=-2MO;COUNT=3',
    'FREQ=WEEKLY;BYDAY=1MO;COUNT=3',
    'FREQ=HOURLY;COUNT=3',
    'INTERVAL=0;FREQ=DAILY;COUNT=3',
    'nonsense',
  ])('%s is left as it is written: half of it in words would be wrong', (rule) => {
    expect(meaningOf(rule, MONDAY, ZONE)).toBeNull();
  });

  it('ends on a day of the site, also where it is written as an instant', () => {
    const until = (text: string, zone = ZONE) =>
      meaningOf(`FREQ=DAILY;UNTIL=${text}`, MONDAY, zone)?.ending;
    expect(until('20270131')).toEqual({ until: '2027-01-31' });
    expect(until('20270131T120000')).toEqual({ until: '2027-01-31' });
    expect(until('20270131T233000Z')).toEqual({ until: '2027-02-01' });
    expect(until('20270131T033000Z', 'America/New_York')).toEqual({ until: '2027-01-30' });
    expect(meaningOf('FREQ=DAILY;COUNT=4', MONDAY, ZONE)?.ending).toEqual({ times: 4 });
  });
});

describe('a day in its month', () => {
  it.each([
    ['2026-11-01', 'SU', 1, false],
    ['2026-11-07', 'SA', 1, false],
    ['2026-11-08', 'SU', 2, false],
    ['2026-11-23', 'MO', 4, false],
    ['2026-11-30', 'MO', 5, true],
    ['2027-02-22', 'MO', 4, true],
  ])('%s', (date, day, nth, isLast) => {
    expect([weekdayOf(date), nthOf(date), isLastOf(date)]).toEqual([day, nth, isLast]);
  });
});
