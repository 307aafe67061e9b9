import { describe, expect, it, vi } from 'vitest';
import { createSessionFetch } from './client';
import type { Problem } from './problem';
import type { SessionStore } from './session';

function storeWith(tokens: { held: string | null; renewed: string | null }) {
  const renew = vi.fn(async () => (tokens.renewed ? { access_token: tokens.renewed } : null));
  return {
    store: { freshToken: async () => tokens.held, renew } as unknown as SessionStore,
    renew,
  };
}

const unauthorized = (code = 'unauthorized') =>
  Response.json({ status: 401, code }, { status: 401, headers: { 'x-request-id': 'r-1' } });

const request = () =>
  new Request('http://localhost/api/v6/users', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  });

describe('requests', () => {
  it('carry the token', async () => {
    const { store } = storeWith({ held: 'one', renewed: null });
    let sent: Request | undefined;
    const send = vi.fn(async (input: RequestInfo | URL) => {
      sent = input as Request;
      return Response.json({});
    });
    await createSessionFetch(store, send)(request());
    expect(sent?.headers.get('authorization')).toBe('Bearer one');
  });

  it('refused with 401 are sent once more, whole, with a new token', async () => {
    const { store, renew } = storeWith({ held: 'one', renewed: 'two' });
    const bodies: string[] = [];
    const tokens: (string | null)[] = [];
    const send = vi.fn(async (input: RequestInfo | URL) => {
      const sent = input as Request;
      bodies.push(await sent.text());
      tokens.push(sent.headers.get('authorization'));
      return tokens.length === 1 ? unauthorized() : Response.json({ ok: true });
    });
    const response = await createSessionFetch(store, send)(request());
    expect(response.status).toBe(200);
    expect(renew).toHaveBeenCalledExactlyOnceWith('one');
    expect(tokens).toEqual(['Bearer one', 'Bearer two']);
    expect(bodies).toEqual(['{"a":1}', '{"a":1}']);
  });

  it('refused twice fail, and are not sent a third time', async () => {
    const { store } = storeWith({ held: 'one', renewed: 'two' });
    const send = vi.fn(async () => unauthorized());
    await expect(createSessionFetch(store, send)(request())).rejects.toMatchObject({ status: 401 });
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('fail as ended when the session cannot be renewed', async () => {
    const { store } = storeWith({ held: 'one', renewed: null });
    const send = vi.fn(async () => unauthorized());
    await expect(createSessionFetch(store, send)(request())).rejects.toMatchObject({
      code: 'session_ended',
    });
  });

  it('a wrong password is not taken for an old token', async () => {
    const { store, renew } = storeWith({ held: 'one', renewed: 'two' });
    const send = vi.fn(async () => unauthorized('invalid_credentials'));
    await expect(createSessionFetch(store, send)(request())).rejects.toMatchObject({
      code: 'invalid_credentials',
      requestId: 'r-1',
    });
    expect(renew).not.toHaveBeenCalled();
  });

  it('without a network fail as unreachable', async () => {
    const { store } = storeWith({ held: null, renewed: null });
    const send = vi.fn(async () => {
      throw new TypeError('Failed to fetch');
    });
    const failure = await createSessionFetch(
      store,
      send,
    )(request()).catch((error: Problem) => error);
    expect(failure).toMatchObject({ code: 'network_unreachable', isTransient: true });
  });
});
