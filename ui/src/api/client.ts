/** The one way to the server: typed by the OpenAPI, signed in by the session, failing as Problems. */
import createClient from 'openapi-fetch';
import { asProblem, Problem, problemFromResponse } from './problem';
import type { paths } from './schema';
import { type SessionStore, sessionStore } from './session';

const REQUEST_TIMEOUT_MS = 30_000;

/** Answers 401 without having anything to do with the access token. */
const FAILED_PROOFS = new Set(['invalid_credentials', 'token_invalid']);

export function createSessionFetch(store: SessionStore, send: typeof fetch) {
  async function attempt(request: Request, token: string | null): Promise<Response> {
    const signed = request.clone();
    if (token) signed.headers.set('authorization', `Bearer ${token}`);
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
    try {
      return await send(signed, { signal });
    } catch (error) {
      if (request.signal.aborted) throw error;
      throw asProblem(error);
    }
  }

  return async function sessionFetch(request: Request): Promise<Response> {
    const token = await store.freshToken();
    let response = await attempt(request, token);
    if (response.status === 401 && token) {
      const problem = await problemFromResponse(response.clone());
      if (!FAILED_PROOFS.has(problem.code)) {
        const session = await store.renew(token);
        if (!session) throw new Problem({ status: 401, code: 'session_ended' });
        response = await attempt(request, session.access_token);
      }
    }
    if (!response.ok) throw await problemFromResponse(response);
    return response;
  };
}

export const api = createClient<paths>({
  fetch: createSessionFetch(sessionStore, (input, init) => fetch(input, init)),
});

/** The body of a call that is known to have one; refusals were thrown before. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new Problem({ status: 0, code: 'empty_answer' });
  return data;
}

/** The same with the version that a change must name. */
export async function versioned<T>(call: Promise<{ data?: T; response: Response }>) {
  const thing = await answer(call);
  return { thing, etag: (await call).response.headers.get('etag') };
}
