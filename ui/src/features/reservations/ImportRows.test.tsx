import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ReservationImport, ReservationImportRow } from '@/api/types';
import { renderPart } from '@/test/render';
import { ImportRows } from './ImportRows';

const row = (line: number, some: Partial<ReservationImportRow> = {}): ReservationImportRow => ({
  line,
  verdict: 'ready',
  reservation_id: null,
  messages: [],
  conflicts: [],
  ...some,
});

function show(rows: ReservationImportRow[], isDry = true) {
  const count = (verdict: string) => rows.filter((one) => one.verdict === verdict).length;
  const result: ReservationImport = {
    dry_run: isDry,
    mode: 'each',
    total: rows.length,
    ready: count('ready'),
    same: count('same'),
    created: count('created'),
    refused: count('refused'),
    rows,
  };
  renderPart(<ImportRows result={result} />);
}

const items = () => within(screen.getByRole('list')).getAllByRole('listitem');

describe('the rows of a file of reservations', () => {
  it('are first those that are refused, with the reason and what is in the way', () => {
    const conflicts = [{ start_time: '2027-03-01T09:00:00Z', end_time: '2027-03-01T10:00:00Z' }];
    const message = { code: 'slot_taken', field: 'start_time', message: 'x' } as const;
    show([row(2), row(3, { verdict: 'refused', messages: [message], conflicts })]);
    expect(items()).toHaveLength(1);
    expect(items()[0]?.textContent).toMatch(/Line 3Refused.*reserved then.*09:00.*10:00.*UTC/);
    expect(screen.getByText(/2 rows: 1 can be reserved, 0 reserved/).textContent).toMatch(
      /nothing is reserved yet/,
    );
    fireEvent.click(screen.getByRole('switch', { name: 'Only refused rows' }));
    expect(items()).toHaveLength(2);
  });

  it('that are many are shown as far as one can look at them', () => {
    show(
      Array.from({ length: 1_000 }, (_, n) => row(n + 2, { verdict: 'created' })),
      false,
    );
    expect(items()).toHaveLength(200);
    expect(screen.getByText('The first 200 rows are shown.')).toBeTruthy();
    expect(screen.queryByRole('switch')).toBeNull();
    expect(screen.queryByText(/nothing is reserved yet/)).toBeNull();
  });

  it('say what is wrong with a term in our words, by the name of its column', () => {
    const message = {
      code: 'not_allowed',
      field: 'end_time',
      message: 'must lie at least 5 minutes after the start',
    } as const;
    show([row(2, { verdict: 'refused', messages: [message] })]);
    expect(items()[0]?.textContent).toMatch(/Until: .*5 minutes/);
  });
});
