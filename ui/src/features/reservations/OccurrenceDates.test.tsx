import { fireEvent, renderHook, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { JudgedOccurrence } from '@/api/types';
import { renderPart } from '@/test/render';
import { isClash, OccurrenceDates, useJudgedRows } from './OccurrenceDates';

const ZONE = 'Europe/Paris';
const DAY_MS = 86_400_000;
const FIRST = Date.parse('2027-03-01T08:00:00Z');

const judged = (n: number, some: Partial<JudgedOccurrence> = {}): JudgedOccurrence => ({
  start_time: new Date(FIRST + n * DAY_MS).toISOString(),
  end_time: new Date(FIRST + n * DAY_MS + 8 * 3_600_000).toISOString(),
  verdict: 'free',
  conflicts: [],
  ...some,
});

function show(all: JudgedOccurrence[]) {
  const { result } = renderHook(() => useJudgedRows(ZONE));
  renderPart(<OccurrenceDates label="Dates" zone={ZONE} rows={result.current(all)} />);
}

const items = () => within(screen.getByRole('list', { name: 'Dates' })).getAllByRole('listitem');
const lines = () => items().map(({ textContent }) => textContent?.replace(/^(\w{3}),? /, '$1 '));

describe('the dates of a series', () => {
  it('are a page at a time, however many there are', () => {
    show(Array.from({ length: 367 }, (_, n) => judged(n)));
    expect(items()).toHaveLength(25);
    expect(lines()[0]).toBe('Mon 1 Mar 202709:00 – 17:00Free');
    const pages = within(screen.getByRole('navigation', { name: 'Pages: Dates' }));
    expect(screen.getByText('367 entries')).toBeDefined();
    fireEvent.click(pages.getByTitle('15'));
    expect(items()).toHaveLength(17);
  });

  it('have the hours that the clocks of the site show, also when these were put forward', () => {
    show([judged(26), judged(27)]);
    expect(lines()).toEqual([
      'Sat 27 Mar 202709:00 – 17:00Free',
      'Sun 28 Mar 202710:00 – 18:00Free',
    ]);
    expect(screen.queryByRole('navigation')).toBeNull();
  });

  it('say what stands in the way, and when', () => {
    const conflicts = [
      { start_time: '2027-03-01T09:00:00Z', end_time: '2027-03-01T10:00:00Z' },
      { start_time: '2027-03-01T22:00:00Z', end_time: '2027-03-02T01:00:00Z' },
    ];
    show([judged(0, { verdict: 'slot_taken', conflicts }), judged(1, { verdict: 'too_short' })]);
    const [taken, short] = items();
    expect(taken?.textContent).toMatch(
      /TakenOthers have the bay: 10:00 – 11:00; 23:00 – Tue,? 2 Mar, 02:00$/,
    );
    expect(short?.textContent).toMatch(/Swallowed by the clock change$/);
  });

  it('that were left out on purpose are no clashes', () => {
    const verdicts = ['free', 'excluded', 'slot_taken', 'person_limit_reached'] as const;
    expect(verdicts.filter((verdict) => isClash({ verdict }))).toEqual([
      'slot_taken',
      'person_limit_reached',
    ]);
  });
});
