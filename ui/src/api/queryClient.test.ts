import { describe, expect, it } from 'vitest';
import { Problem } from './problem';
import { createQueryClient, forgetOtherTenants, NO_TENANT } from './queryClient';

describe('the query cache', () => {
  it('keeps nothing of other tenants after a switch', () => {
    const client = createQueryClient();
    client.setQueryData(['tenant-a', 'users'], 'a');
    client.setQueryData(['tenant-b', 'users'], 'b');
    client.setQueryData([NO_TENANT, 'version'], 'v');
    forgetOtherTenants(client, 'tenant-b');
    expect(
      client
        .getQueryCache()
        .getAll()
        .map(({ queryKey }) => queryKey[0]),
    ).toEqual(['tenant-b', NO_TENANT]);
    forgetOtherTenants(client, null);
    expect(client.getQueryCache().getAll()).toHaveLength(1);
  });

  it('asks again only when the server was away, and as late as it wishes', () => {
    const { retry, retryDelay } = createQueryClient().getDefaultOptions().queries ?? {};
    if (typeof retry !== 'function' || typeof retryDelay !== 'function')
      throw new Error('no retry');
    const away = new Problem({ status: 503, code: 'unavailable', retryAfterSeconds: 3 });
    expect(retry(0, away)).toBe(true);
    expect(retry(2, away)).toBe(false);
    expect(retryDelay(0, away)).toBe(3000);
    for (const status of [400, 401, 403, 404, 409, 422, 429, 500]) {
      expect(retry(0, new Problem({ status, code: 'x' })), String(status)).toBe(false);
    }
  });
});
