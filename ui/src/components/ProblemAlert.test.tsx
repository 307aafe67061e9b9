import { act, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import { setLanguage } from '@/i18n';
import { renderPart } from '@/test/render';
import { ProblemAlert } from './ProblemAlert';

afterEach(async () => {
  vi.useRealTimers();
  await act(() => setLanguage('en'));
});

describe('a refusal', () => {
  it('is told in words, with what support asks for', () => {
    renderPart(
      <ProblemAlert
        error={new Problem({ status: 409, code: 'last_owner', requestId: 'r-42', detail: 'raw' })}
      />,
    );
    expect(screen.getByText(/at least one active owner/)).toBeDefined();
    expect(screen.getByText('last_owner')).toBeDefined();
    expect(screen.getByText('r-42')).toBeDefined();
    expect(screen.getByRole('button', { name: 'Copy code and request id' })).toBeDefined();
  });

  it('is told in French to French readers', async () => {
    await setLanguage('fr');
    renderPart(<ProblemAlert error={new Problem({ status: 404, code: 'not_found' })} />);
    expect(screen.getByText('Cela n’existe pas, ou plus.')).toBeDefined();
  });

  it.each([
    [{ status: 418, code: 'teapot', detail: 'The kettle is on.' }, 'The kettle is on.'],
    [{ status: 500, code: 'surprise' }, /The server failed/],
    [{ status: 0, code: 'unheard_of' }, 'Something went wrong.'],
  ])('of an unknown code still says something: %o', (fields, words) => {
    renderPart(<ProblemAlert error={new Problem(fields)} />);
    expect(screen.getByText(words)).toBeDefined();
  });

  it('lists the field errors no field shows', () => {
    renderPart(
      <ProblemAlert
        error={
          new Problem({
            status: 422,
            code: 'validation_failed',
            errors: [
              { field: 'email', message: 'is taken' },
              { field: 'limits.users', message: 'is too large' },
            ],
          })
        }
        shownFields={['email']}
      />,
    );
    expect(screen.queryByText(/is taken/)).toBeNull();
    expect(screen.getByText(/is too large/)).toBeDefined();
  });

  it('by a rate limit counts down before it lets one try again', () => {
    vi.useFakeTimers();
    const onRetry = vi.fn();
    renderPart(
      <ProblemAlert
        error={new Problem({ status: 429, code: 'rate_limited', retryAfterSeconds: 3 })}
        onRetry={onRetry}
      />,
    );
    const button = screen.getByRole('button', { name: /Try again in 3 s/ });
    expect(button.hasAttribute('disabled')).toBe(true);
    act(() => vi.advanceTimersByTime(3000));
    const again = screen.getByRole('button', { name: /Try again/ });
    expect(again.hasAttribute('disabled')).toBe(false);
    act(() => again.click());
    expect(onRetry).toHaveBeenCalledOnce();
  });
});
