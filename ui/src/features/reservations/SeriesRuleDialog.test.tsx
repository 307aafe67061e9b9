import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { Problem } from '@/api/problem';
import { renderPart } from '@/test/render';
import { signedIn } from '@/test/session';
import { SeriesRuleDialog } from './SeriesRuleDialog';

beforeEach(signedIn);

/** So far ahead that it lies ahead. */
const days = ['2999-01-07', '2999-01-08', '2999-01-09'];
const slot = (day: string) => ({
  start_time: `${day}T08:00:00Z`,
  end_time: `${day}T16:00:00Z`,
});
const occurrences = days.map((day, n) => ({
  ...slot(day),
  reservation_id: `r${n}`,
  recurrence_time: `${day}T08:00:00Z`,
  space_id: 'bay',
  space_code: 'A-1',
  status: 'confirmed',
  is_detached: false,
}));
const series = {
  ...slot('2999-01-07'),
  id: 'series',
  rule: 'FREQ=DAILY;COUNT=3',
  timezone: 'Europe/Paris',
  space_code: 'A-1',
  exceptions: [],
  occurrences,
};
const outcome = (day: string, fate: string, verdict = 'free') => ({
  ...slot(day),
  fate,
  verdict,
  reservation_id: null,
  conflicts: verdict === 'slot_taken' ? [slot(day)] : [],
});

let sent: { body: Record<string, unknown>; headers?: Record<string, string> }[] = [];
/** What the server says to a change. */
let answerTo: (body: Record<string, unknown>) => unknown;
let version = 1;

beforeEach(() => {
  sent = [];
  version = 1;
  answerTo = () => {
    const outcomes = [
      outcome('2999-01-07', 'kept'),
      outcome('2999-01-08', 'removed'),
      outcome('2999-01-09', 'left_out', 'slot_taken'),
      outcome('2999-01-14', 'new'),
    ];
    return { series: { ...series, id: 'cut' }, changed: 2, kept: [], outcomes };
  };
  vi.spyOn(api, 'GET').mockImplementation((async (path: string) => {
    const headers = new Headers({ etag: `"v${version}"` });
    const thing = path.includes('series') ? series : { id: 'r0', space_id: 'bay' };
    return { data: thing, response: new Response(null, { headers }) };
  }) as unknown as typeof api.GET);
  vi.spyOn(api, 'PATCH').mockImplementation((async (_: string, init: (typeof sent)[number]) => {
    sent.push({ body: init.body, ...(init.headers && { headers: init.headers }) });
    return { data: answerTo(init.body) };
  }) as unknown as typeof api.PATCH);
});

const button = (name: string) => screen.getByRole('button', { name });
const show = async (reservationId: string | null, onChanged = vi.fn(), onClose = vi.fn()) => {
  renderPart(
    <SeriesRuleDialog
      seriesId="series"
      reservationId={reservationId}
      code="A-1"
      onClose={onClose}
      onChanged={onChanged}
    />,
  );
  await screen.findByRole('button', { name: 'See what changes' });
  return { onChanged, onClose };
};
const times = () => screen.getByLabelText('How many times') as HTMLInputElement;

describe('the rule of a series', () => {
  it('is shown with what another would do, date by date, before that is saved', async () => {
    const { onChanged, onClose } = await show(null);
    expect(times().value).toBe('3');
    fireEvent.change(times(), { target: { value: '4' } });
    fireEvent.click(button('See what changes'));
    await screen.findByText(/^1 new, 1 cancelled,? and 1 stays$/);
    expect(sent).toEqual([
      {
        body: { rule: 'FREQ=DAILY;COUNT=4', on_clash: 'skip', dry_run: true },
        headers: { 'if-match': '"v1"' },
      },
    ]);
    const list = () => within(screen.getByRole('list', { name: 'How it would be' }));
    expect(
      list()
        .getAllByRole('listitem')
        .map((item) => item.textContent),
    ).toEqual([
      expect.stringMatching(/7 Jan 2999.*Stays$/),
      expect.stringMatching(/8 Jan 2999.*Cancelled$/),
      expect.stringMatching(/9 Jan 2999.*TakenOthers have the bay: 09:00 – 17:00$/),
      expect.stringMatching(/14 Jan 2999.*New$/),
    ]);
    fireEvent.click(screen.getByText('Only what cannot be (1)'));
    expect(list().getAllByRole('listitem')).toHaveLength(1);
    fireEvent.change(screen.getByLabelText('Reason'), { target: { value: ' Part time ' } });
    fireEvent.click(button('Save the rule'));
    await waitFor(() => expect(onChanged).toHaveBeenCalledWith('cut'));
    expect(onClose).toHaveBeenCalled();
    expect(sent[1]?.body).toEqual({
      rule: 'FREQ=DAILY;COUNT=4',
      on_clash: 'skip',
      reason: 'Part time',
    });
  });

  it('that is the same asks nothing of the server', async () => {
    await show(null);
    fireEvent.click(button('See what changes'));
    await screen.findByText('This rule has the same dates as before.');
    expect(sent).toEqual([]);
  });

  it('is another from one date on, or for all that lie ahead', async () => {
    await show('r1');
    // From there on it ends where it ended, and is not counted anew.
    const last = () => screen.getByLabelText('Last day') as HTMLInputElement;
    expect(last().value).toBe('2999-01-09');
    fireEvent.click(screen.getByRole('radio', { name: /^All that lie ahead/ }));
    await waitFor(() => expect(times().value).toBe('3'));
    fireEvent.click(screen.getByRole('radio', { name: /^This and those that follow/ }));
    await waitFor(() => expect(last().value).toBe('2999-01-09'));
    fireEvent.click(screen.getByRole('radio', { name: 'After so many times' }));
    await waitFor(() => expect(times().value).toBe('10'));
    fireEvent.change(times(), { target: { value: '5' } });
    fireEvent.click(button('See what changes'));
    await screen.findByText(/^1 new, 1 cancelled,? and 1 stays$/);
    const from = '2999-01-08T08:00:00Z';
    const rule = 'FREQ=DAILY;COUNT=5';
    expect(sent[0]?.body).toEqual({ rule, from, on_clash: 'skip', dry_run: true });
    expect(screen.queryByRole('radio', { name: 'This one only' })).toBeNull();
  });

  it('that cannot be is refused where it ends, and what was typed is kept', async () => {
    answerTo = () => {
      const errors = [{ field: 'rule', message: 'must not recur more than 367 times' }];
      throw new Problem({ status: 422, code: 'validation_failed', errors });
    };
    await show(null);
    fireEvent.change(times(), { target: { value: '366' } });
    fireEvent.click(button('See what changes'));
    await screen.findByText(/367 times/);
    expect(times().value).toBe('366');
    expect(screen.queryByRole('button', { name: 'Save the rule' })).toBeNull();
  });

  it('that somebody else was faster with is looked at again on top of theirs', async () => {
    const found = answerTo;
    answerTo = () => {
      version = 2;
      answerTo = found;
      throw new Problem({ status: 412, code: 'precondition_failed' });
    };
    await show(null);
    fireEvent.change(times(), { target: { value: '4' } });
    fireEvent.click(button('See what changes'));
    await screen.findByText('Somebody else has changed the series meanwhile');
    expect(times().value).toBe('4');
    fireEvent.click(button('See what changes'));
    await screen.findByText(/^1 new, 1 cancelled,? and 1 stays$/);
    expect(sent[1]?.headers).toEqual({ 'if-match': '"v2"' });
  });
});
