import { describe, expect, it, vi } from 'vitest';
import { Problem } from './problem';
import { createSessionStore, type SessionSurroundings } from './session';
import type { Session } from './types';

function sessionOf(token: string, tenant = 'tenant-a'): Session {
  return {
    access_token: token,
    refresh_token: 'must-not-be-kept',
    token_type: 'Bearer',
    expires_in: 900,
    refresh_expires_in: 2_592_000,
    user: {
      id: 'user',
      email: 'ada@example.org',
      name: 'Ada',
      username: 'Ada',
      language: 'en',
      theme: 'system',
      is_active: true,
      email_verified: true,
      created_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
      last_login_at: null,
    },
    tenant: {
      id: tenant,
      name: 'A',
      slug: 'a',
      kind: 'customer',
      role: 'owner',
      status: 'active',
    },
    tenants: [],
  };
}

type Answer = () => Response | Promise<Response>;
const refreshed = (token: string) => () => Response.json(sessionOf(token));
const refused = () =>
  Response.json({ status: 401, code: 'session_ended', title: 'ended' }, { status: 401 });

/** A browser with any number of tabs: one lock, one channel between them, one clock. */
function browser(answers: Answer[]) {
  let now = 1_000_000;
  let lock: Promise<unknown> = Promise.resolve();
  let hint = false;
  const channels: { onmessage: ((event: MessageEvent) => void) | null }[] = [];
  const fetch = vi.fn(async () => {
    const answer = answers.shift();
    if (!answer) throw new Error('no answer left');
    return answer();
  });

  function tab(overrides: Partial<SessionSurroundings> = {}) {
    const channel: SessionSurroundings['channel'] & { onmessage: unknown } = {
      onmessage: null,
      postMessage: (message: unknown) => {
        for (const other of channels) {
          if (other !== channel) other.onmessage?.({ data: message } as MessageEvent);
        }
      },
    };
    channels.push(channel as { onmessage: ((event: MessageEvent) => void) | null });
    return createSessionStore({
      fetch,
      now: () => now,
      withLock: (work) => {
        const turn = lock.then(work);
        lock = turn.catch(() => undefined);
        return turn;
      },
      channel,
      hint: {
        read: () => hint,
        write: (isSignedIn) => {
          hint = isSignedIn;
        },
      },
      ...overrides,
    });
  }

  return {
    fetch,
    tab,
    wait: (seconds: number) => {
      now += seconds * 1000;
    },
    isHinted: () => hint,
  };
}

describe('session', () => {
  it('a visitor without a session causes no request', async () => {
    const { tab, fetch } = browser([]);
    const store = tab();
    await store.start();
    expect(store.get()).toEqual({ status: 'anonymous', reason: 'none' });
    expect(fetch).not.toHaveBeenCalled();
  });

  it('a reload picks the session up from the cookie', async () => {
    const { tab, fetch } = browser([refreshed('two')]);
    tab().adopt(sessionOf('one'));
    const reloaded = tab();
    await reloaded.start();
    expect(reloaded.get()).toMatchObject({
      status: 'signed_in',
      session: { access_token: 'two' },
    });
    expect(fetch).toHaveBeenCalledWith(
      '/api/auth/refresh',
      expect.objectContaining({ method: 'POST', body: '{}' }),
    );
  });

  it('the refresh token is never held', () => {
    const store = browser([]).tab();
    store.adopt(sessionOf('one'));
    expect(JSON.stringify(store.get())).not.toContain('must-not-be-kept');
  });

  it('many requests with the same stale token share one refresh', async () => {
    const { tab, fetch } = browser([refreshed('two')]);
    const store = tab();
    store.adopt(sessionOf('one'));
    const renewed = await Promise.all(Array.from({ length: 20 }, () => store.renew('one')));
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(new Set(renewed.map((session) => session?.access_token))).toEqual(new Set(['two']));
  });

  it('a request that comes late with the old token gets the new one without a refresh', async () => {
    const { tab, fetch } = browser([refreshed('two')]);
    const store = tab();
    store.adopt(sessionOf('one'));
    await store.renew('one');
    expect((await store.renew('one'))?.access_token).toBe('two');
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('tabs that find the same token stale at once refresh once between them', async () => {
    const { tab, fetch } = browser([refreshed('two')]);
    const [first, second, third] = [tab(), tab(), tab()];
    first.adopt(sessionOf('one'));
    const tokens = await Promise.all([first, second, third].map((store) => store.renew('one')));
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(tokens.map((session) => session?.access_token)).toEqual(['two', 'two', 'two']);
  });

  it('a token about to end is renewed before it is used', async () => {
    const { tab, fetch, wait } = browser([refreshed('two')]);
    const store = tab();
    store.adopt(sessionOf('one'));
    wait(800);
    expect(await store.freshToken()).toBe('one');
    wait(90);
    expect(await store.freshToken()).toBe('two');
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('a refused refresh ends the session in every tab', async () => {
    const { tab, isHinted } = browser([refused]);
    const [first, second] = [tab(), tab()];
    first.adopt(sessionOf('one'));
    expect(second.get().status).toBe('signed_in');
    expect(await first.renew('one')).toBeNull();
    expect(first.get()).toEqual({ status: 'anonymous', reason: 'ended' });
    expect(second.get().status).toBe('anonymous');
    expect(isHinted()).toBe(false);
  });

  it.each([
    ['a server that is away', () => Promise.reject(new TypeError('fetch failed'))],
    ['a server that is starting', () => new Response(null, { status: 503 })],
    ['a rate limit', () => new Response(null, { status: 429 })],
    ['a server error', () => new Response(null, { status: 500 })],
  ])('%s signs nobody out', async (_name, answer) => {
    const { tab } = browser([answer]);
    const store = tab();
    store.adopt(sessionOf('one'));
    await expect(store.renew('one')).rejects.toBeInstanceOf(Problem);
    expect(store.get()).toMatchObject({ status: 'signed_in' });
  });

  it('a server that is away on load is asked again when the visitor asks', async () => {
    const { tab } = browser([
      () => Promise.reject(new TypeError('fetch failed')),
      refreshed('two'),
    ]);
    tab().adopt(sessionOf('one'));
    const store = tab();
    await store.start();
    expect(store.get()).toMatchObject({ status: 'unreachable' });
    await store.start();
    expect(store.get()).toMatchObject({ status: 'signed_in' });
  });

  it('signing out and switching tenant reach the other tabs', () => {
    const { tab } = browser([]);
    const [first, second] = [tab(), tab()];
    first.adopt(sessionOf('one'));
    first.adopt(sessionOf('two', 'tenant-b'));
    expect(second.get()).toMatchObject({ session: { tenant: { id: 'tenant-b' } } });
    first.end('signed_out');
    expect(second.get()).toEqual({ status: 'anonymous', reason: 'signed_out' });
  });
});
