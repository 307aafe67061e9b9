/**
 * Who is signed in, held in memory only. The refresh token lives in an HttpOnly cookie this code
 * never sees.
 *
 * The server rotates the refresh token at each use, so two refreshes at once would make one of them
 * look like theft. Within a tab one refresh is shared; between tabs a Web Lock lets one go first and
 * a BroadcastChannel hands its result to the others.
 */
import { asProblem, type Problem, problemFromResponse } from './problem';
import type { Session } from './types';

export type SessionState =
  | { status: 'starting' }
  | { status: 'unreachable'; problem: Problem }
  | { status: 'anonymous'; reason: 'none' | 'ended' | 'signed_out' }
  | {
      status: 'signed_in';
      session: Session;
      expiresAt: number;
      /** Whether another tab brought it: what changes then, nobody here asked for. */
      isFromOtherTab: boolean;
    };

type Broadcast = { kind: 'session'; session: Session } | { kind: 'ended' };

/** What the store needs from a browser; tests hand in their own. */
export type SessionSurroundings = {
  fetch: (input: string, init: RequestInit) => Promise<Response>;
  now: () => number;
  withLock: <T>(work: () => Promise<T>) => Promise<T>;
  channel: Pick<BroadcastChannel, 'postMessage' | 'onmessage'> | null;
  /** Remembers that a refresh cookie probably exists, so that a visitor causes no 401. */
  hint: { read: () => boolean; write: (isSignedIn: boolean) => void };
};

/** Renew this long before the access token ends, so that clocks and slow links do not matter. */
const RENEW_BEFORE_MS = 30_000;

export type SessionStore = ReturnType<typeof createSessionStore>;

export function createSessionStore(around: SessionSurroundings) {
  let state: SessionState = { status: 'starting' };
  let renewal: Promise<Session | null> | null = null;
  const listeners = new Set<() => void>();

  function set(next: SessionState) {
    state = next;
    for (const listener of listeners) listener();
  }

  function hold(session: Session, isFromOtherTab: boolean) {
    around.hint.write(true);
    set({
      status: 'signed_in',
      session,
      expiresAt: around.now() + session.expires_in * 1000,
      isFromOtherTab,
    });
  }

  function forget(reason: 'ended' | 'signed_out') {
    around.hint.write(false);
    set({ status: 'anonymous', reason });
  }

  /** Takes over a session the server just gave us, and tells the other tabs. */
  function adopt(session: Session) {
    const shared: Session = { ...session, refresh_token: null };
    hold(shared, false);
    around.channel?.postMessage({ kind: 'session', session: shared } satisfies Broadcast);
  }

  function end(reason: 'ended' | 'signed_out') {
    forget(reason);
    around.channel?.postMessage({ kind: 'ended' } satisfies Broadcast);
  }

  if (around.channel) {
    around.channel.onmessage = (event: MessageEvent<Broadcast>) => {
      if (event.data.kind === 'session') hold(event.data.session, true);
      else if (state.status === 'signed_in') forget('signed_out');
    };
  }

  function heldToken(): string | null {
    return state.status === 'signed_in' ? state.session.access_token : null;
  }

  async function refresh(staleToken: string | null): Promise<Session | null> {
    return around.withLock(async () => {
      // Another tab may have renewed while this one waited for the lock.
      if (state.status === 'signed_in' && state.session.access_token !== staleToken) {
        return state.session;
      }
      const response = await around
        .fetch('/api/auth/refresh', {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: '{}',
        })
        .catch((error: unknown) => {
          throw asProblem(error);
        });
      if (response.ok) {
        const session = (await response.json()) as Session;
        adopt(session);
        return session;
      }
      const problem = await problemFromResponse(response);
      // Only a refusal ends the session; a server that is away must not sign anybody out.
      if (problem.isTransient || problem.status === 429 || problem.status >= 500) throw problem;
      if (state.status === 'signed_in') end('ended');
      else forget('ended');
      return null;
    });
  }

  /** One refresh for everybody who finds the same token stale. */
  function renew(staleToken: string | null): Promise<Session | null> {
    const token = heldToken();
    if (state.status === 'signed_in' && token !== staleToken) return Promise.resolve(state.session);
    renewal ??= refresh(staleToken).finally(() => {
      renewal = null;
    });
    return renewal;
  }

  /** A token good for the next request, renewed beforehand when it is about to end. */
  async function freshToken(): Promise<string | null> {
    if (state.status !== 'signed_in') return null;
    if (state.expiresAt - RENEW_BEFORE_MS > around.now()) return state.session.access_token;
    const session = await renew(state.session.access_token);
    return session?.access_token ?? null;
  }

  /** On load: picks up the session the cookie stands for, if there is one. */
  async function start(): Promise<void> {
    if (!around.hint.read()) {
      set({ status: 'anonymous', reason: 'none' });
      return;
    }
    set({ status: 'starting' });
    try {
      await renew(null);
    } catch (error) {
      set({ status: 'unreachable', problem: asProblem(error) });
    }
  }

  return {
    get: (): SessionState => state,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    adopt,
    end,
    renew,
    freshToken,
    start,
  };
}

const HINT_KEY = 'parking.session';

const browserHint: SessionSurroundings['hint'] = {
  read: () => {
    try {
      return localStorage.getItem(HINT_KEY) === '1';
    } catch {
      // Storage refused (private mode): asking the server is then the only way to know.
      return true;
    }
  },
  write: (isSignedIn) => {
    try {
      if (isSignedIn) localStorage.setItem(HINT_KEY, '1');
      else localStorage.removeItem(HINT_KEY);
    } catch {
      // See read().
    }
  },
};

export const sessionStore = createSessionStore({
  fetch: (input, init) => fetch(input, init),
  now: () => Date.now(),
  // Web Locks exist only in secure contexts; on plain http the server's grace for parallel tabs remains.
  withLock: async (work) =>
    typeof navigator !== 'undefined' && 'locks' in navigator
      ? await navigator.locks.request('parking-session', work)
      : await work(),
  channel: typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('parking-session'),
  hint: browserHint,
});
