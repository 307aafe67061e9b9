import { describe, expect, it } from 'vitest';
import { asProblem, Problem, problemFromResponse, retryAfterSeconds } from './problem';

describe('problems', () => {
  it('are read from a problem document', async () => {
    const problem = await problemFromResponse(
      Response.json(
        {
          type: 'about:blank',
          title: 'Unprocessable',
          status: 422,
          code: 'validation_failed',
          detail: 'see errors',
          request_id: 'r-7',
          errors: [
            { field: 'email', message: 'is not an address' },
            { field: 'name', message: 'must not be empty' },
            { nonsense: true },
          ],
        },
        { status: 422 },
      ),
    );
    expect(problem).toMatchObject({
      status: 422,
      code: 'validation_failed',
      requestId: 'r-7',
      errors: [
        { field: 'email', message: 'is not an address' },
        { field: 'name', message: 'must not be empty' },
      ],
      isTransient: false,
    });
  });

  it.each([
    ['an HTML page of a proxy', '<html>Bad gateway</html>'],
    ['nothing', ''],
    ['JSON that is no object', '[1,2]'],
    ['JSON of other shape', '{"code":7,"errors":"no"}'],
  ])('are made of %s too', async (_name, body) => {
    const problem = await problemFromResponse(
      new Response(body, { status: 502, headers: { 'x-request-id': 'r-8' } }),
    );
    expect(problem).toMatchObject({ status: 502, code: 'http_502', requestId: 'r-8', errors: [] });
    expect(problem.isTransient).toBe(true);
  });

  it.each([
    ['7', 7],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['soon', undefined],
    [null, undefined],
  ])('Retry-After %s is %s seconds', (header, seconds) => {
    expect(retryAfterSeconds(header, Date.parse('2026-01-01T00:00:00Z'))).toBe(seconds);
  });

  it('whatever is thrown becomes one', () => {
    const problem = new Problem({ status: 409, code: 'last_owner' });
    expect(asProblem(problem)).toBe(problem);
    expect(asProblem(new TypeError('Failed to fetch')).code).toBe('network_unreachable');
    expect(asProblem(new DOMException('', 'TimeoutError')).code).toBe('request_timed_out');
    expect(asProblem('text')).toMatchObject({ code: 'client_error', detail: 'text' });
  });
});
