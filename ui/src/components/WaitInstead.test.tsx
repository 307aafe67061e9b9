import { screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import { renderPart } from '@/test/render';
import { WaitInstead } from './WaitInstead';

const refused = (code: string) => new Problem({ status: 409, code });

describe('whoever is refused a bay', () => {
  it.each(['slot_taken', 'no_space_free', 'space_out_of_use'])('can wait after %s', (code) => {
    const onWait = vi.fn();
    renderPart(<WaitInstead error={refused(code)} isSending={false} onWait={onWait} />);
    screen.getByRole('button', { name: 'Put on the waiting list' }).click();
    expect(onWait).toHaveBeenCalledOnce();
  });

  it.each([null, refused('person_limit_reached'), refused('not_reservable')])(
    'is not offered to wait for what waiting does not bring: %s',
    (error) => {
      renderPart(<WaitInstead error={error} isSending={false} onWait={() => undefined} />);
      expect(screen.queryByRole('button')).toBeNull();
    },
  );
});
