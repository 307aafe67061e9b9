import { fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import type { PersonHeld } from '@/api/types';
import { renderPart } from '@/test/render';
import { signedIn } from '@/test/session';
import { ErasePersonDialog } from './ErasePersonDialog';

beforeEach(signedIn);

const held: PersonHeld = {
  person: 'ada@people.test',
  dry_run: true,
  over: 12_000,
  ahead: 1,
  first_time: null,
  last_time: null,
  plates: [],
  calendar_feeds: 0,
  waitlist: 0,
  erased: 0,
  cancelled: 0,
  remaining: 12_001,
};

let asked: unknown[] = [];

beforeEach(() => {
  asked = [];
  vi.spyOn(api, 'POST').mockImplementation((async (path: string, { body }: { body: unknown }) => {
    asked.push([path, body]);
    return { data: { ...held, dry_run: false, erased: 10_000, cancelled: 1, remaining: 2_001 } };
  }) as unknown as typeof api.POST);
});

function show(some: Partial<PersonHeld> = {}) {
  const onErased = vi.fn();
  renderPart(
    <ErasePersonDialog
      held={{ ...held, ...some }}
      isOpen
      onClose={() => undefined}
      onErased={onErased}
    />,
  );
  return onErased;
}

const erase = () => screen.getByRole('button', { name: 'Erase this person' });
const type = (text: string) =>
  fireEvent.change(screen.getByLabelText('Type ada@people.test to confirm'), {
    target: { value: text },
  });

describe('erasing a person', () => {
  it('waits until it is said who is meant and what becomes of what lies ahead', async () => {
    const onErased = show();
    expect(erase()).toHaveProperty('disabled', true);
    type('ada@people');
    fireEvent.click(screen.getByRole('checkbox', { name: /Cancel 1 reservation/ }));
    expect(erase()).toHaveProperty('disabled', true);
    type(' Ada@people.test');
    expect(erase()).toHaveProperty('disabled', false);
    fireEvent.click(erase());
    await waitFor(() => expect(onErased).toHaveBeenCalled());
    expect(asked).toEqual([
      ['/api/v6/people/erase', { person: 'ada@people.test', dry_run: false, cancel_ahead: true }],
    ]);
    expect(onErased.mock.calls[0]?.[0]).toMatchObject({ erased: 10_000, remaining: 2_001 });
  });

  it('asks nothing about what lies ahead where nothing does', () => {
    show({ ahead: 0 });
    expect(screen.queryByRole('checkbox')).toBeNull();
    type('ada@people.test');
    expect(erase()).toHaveProperty('disabled', false);
  });
});
