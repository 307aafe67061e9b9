/**
 * Hears from the server what happens, and says how old what it heard is.
 *
 * One stream a tab, and none in a tab nobody sees: browsers open six connections to a server and no
 * more. A stream that breaks is taken up where it was left. While there is none, pages ask from time
 * to time as they would without it.
 */

import { eventsOf, type LiveBay, type LiveEvent, type LiveHint, type LiveLamp } from './liveStream';
import { Problem, problemFromResponse } from './problem';
import { type SessionStore, sessionStore } from './session';

export type LiveStatus = 'off' | 'connecting' | 'live' | 'reconnecting';
export type LiveState = {
  status: LiveStatus;
  /** Up to when everything was heard, by this device's clock; null before anything was. */
  freshAt: number | null;
};

/** What is done with what was heard. */
export type LiveListener = {
  /** Bays whose state is newer than what was known before. */
  onBays: (bays: ReadonlyMap<string, LiveBay>) => void;
  /** How a lamp stands now. */
  onLamp: (lamp: LiveLamp) => void;
  onHint: (hint: LiveHint) => void;
  /** Nothing is heard any more: until it is, pages ask by themselves. */
  onLost: () => void;
  /** Something may have been missed: everything is to be asked for anew. */
  onGap: () => void;
};

export type LiveSurroundings = {
  fetch: (input: string, init: RequestInit) => Promise<Response>;
  session: Pick<SessionStore, 'freshToken' | 'renew'>;
  now: () => number;
  random: () => number;
  /** Whether somebody sees this tab, and word of when that changes. */
  visibility: { isVisible: () => boolean; subscribe: (listener: () => void) => () => void };
};

/** The server says something at least every fifteen seconds; silence for longer is no peace. */
const SILENCE_MAX_MS = 40_000;
/** What was heard longer ago may have changed unheard. */
export const STALE_AFTER_MS = 25_000;
const WAIT_MIN_MS = 1_000;
const WAIT_MAX_MS = 30_000;
/** A glance at another tab is no reason to break off. */
const HIDDEN_MAX_MS = 5_000;
/** Refusals that no waiting changes: this tab asks from time to time instead. */
const FINAL = new Set([403, 404, 405, 422]);

const OFF: LiveState = { status: 'off', freshAt: null };

export function createLiveStore(around: LiveSurroundings) {
  let state = OFF;
  const listeners = new Set<() => void>();
  const bays = new Map<string, LiveBay>();

  function set(next: LiveState) {
    if (next.status === state.status && next.freshAt === state.freshAt) return;
    state = next;
    for (const listener of listeners) listener();
  }

  /** Opens a stream that is kept up until the returned function is called. */
  function open(listener: LiveListener): () => void {
    const closing = new AbortController();
    bays.clear();
    set({ status: 'connecting', freshAt: null });
    void keepUp(listener, closing.signal).finally(() => {
      if (!closing.signal.aborted) set({ ...state, status: 'off' });
    });
    return () => {
      closing.abort();
      bays.clear();
      set(OFF);
    };
  }

  async function keepUp(listener: LiveListener, closing: AbortSignal) {
    let lastId: string | null = null;
    let failures = 0;
    let isRenewed = false;
    while (!closing.aborted) {
      await whenVisible(closing);
      if (closing.aborted) return;
      const outcome = await hearOnce(listener, closing, lastId, (id) => {
        lastId = id;
        failures = 0;
        isRenewed = false;
      });
      if (closing.aborted || outcome.kind === 'refused') return;
      const wasLive = state.status === 'live';
      set({ ...state, status: 'reconnecting' });
      if (wasLive) listener.onLost();
      if (outcome.kind === 'expired' && !isRenewed) {
        isRenewed = true;
        // Ends the session where it is over; the sign-in page follows from that.
        await around.session.renew(outcome.token).catch(() => null);
        continue;
      }
      if (outcome.kind === 'hidden') continue;
      const wait = outcome.kind === 'later' ? outcome.ms : backOff(failures);
      failures += 1;
      await pause(wait, closing);
    }
  }

  type Outcome =
    | { kind: 'broken' }
    | { kind: 'hidden' }
    | { kind: 'refused' }
    | { kind: 'later'; ms: number }
    | { kind: 'expired'; token: string | null };

  async function hearOnce(
    listener: LiveListener,
    closing: AbortSignal,
    lastId: string | null,
    onId: (id: string) => void,
  ): Promise<Outcome> {
    const quiet = watchdog();
    const hidden = whenHidden();
    const signal = AbortSignal.any([closing, quiet.signal, hidden.signal]);
    try {
      const token = await around.session.freshToken();
      if (token === null) return { kind: 'expired', token };
      const headers = new Headers({
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
      });
      if (lastId) headers.set('last-event-id', lastId);
      const response = await around.fetch('/api/v6/live', { headers, signal });
      if (!response.ok) return refusal(await problemFromResponse(response), token);
      for await (const event of eventsOf(response)) {
        quiet.feed();
        if (event.kind === 'bye') return { kind: 'broken' };
        take(event, listener);
        if (event.id) onId(event.id);
      }
      return { kind: 'broken' };
    } catch (error) {
      if (hidden.signal.aborted) return { kind: 'hidden' };
      return error instanceof Problem && FINAL.has(error.status)
        ? { kind: 'refused' }
        : { kind: 'broken' };
    } finally {
      quiet.stop();
      hidden.stop();
    }
  }

  let toldUpTo = '';

  function take(event: LiveEvent, listener: LiveListener) {
    switch (event.kind) {
      case 'snapshot': {
        // What broke off and cannot be taken up: hints were missed too.
        if (state.freshAt !== null) listener.onGap();
        bays.clear();
        for (const bay of event.data.sites.flatMap((site) => site.bays)) bays.set(bay.id, bay);
        listener.onBays(bays);
        break;
      }
      case 'change': {
        const known = bays.get(event.data.id);
        if (known && known.sequence >= event.data.sequence) break;
        bays.set(event.data.id, event.data);
        listener.onBays(new Map([[event.data.id, event.data]]));
        break;
      }
      case 'lamp':
        listener.onLamp(event.data);
        break;
      case 'changed':
        listener.onHint(event.data);
        break;
      case 'heartbeat':
        // A server that cannot read its log goes on beating, and does not get on.
        if (event.data.as_of !== toldUpTo) set({ status: 'live', freshAt: around.now() });
        toldUpTo = event.data.as_of;
        break;
    }
  }

  function backOff(failures: number): number {
    const wait = Math.min(WAIT_MIN_MS * 2 ** failures, WAIT_MAX_MS);
    return wait * (0.5 + around.random() / 2);
  }

  function watchdog() {
    const controller = new AbortController();
    let timer = setTimeout(() => controller.abort(), SILENCE_MAX_MS);
    return {
      signal: controller.signal,
      feed: () => {
        clearTimeout(timer);
        timer = setTimeout(() => controller.abort(), SILENCE_MAX_MS);
      },
      stop: () => clearTimeout(timer),
    };
  }

  /** Aborts once nobody has seen the tab for a while. */
  function whenHidden() {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = around.visibility.subscribe(() => {
      clearTimeout(timer);
      if (!around.visibility.isVisible())
        timer = setTimeout(() => controller.abort(), HIDDEN_MAX_MS);
    });
    return {
      signal: controller.signal,
      stop: () => {
        clearTimeout(timer);
        unsubscribe();
      },
    };
  }

  function whenVisible(closing: AbortSignal): Promise<void> {
    if (around.visibility.isVisible()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        unsubscribe();
        resolve();
      };
      const unsubscribe = around.visibility.subscribe(() => {
        if (around.visibility.isVisible()) done();
      });
      closing.addEventListener('abort', done, { once: true });
    });
  }

  return {
    get: () => state,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    open,
    /** Bays as last heard of, for answers that were on their way meanwhile. */
    bays: (): ReadonlyMap<string, LiveBay> => bays,
  };
}

function refusal(problem: Problem, token: string | null) {
  if (problem.status === 401) return { kind: 'expired', token } as const;
  if (FINAL.has(problem.status)) return { kind: 'refused' } as const;
  if (problem.retryAfterSeconds)
    return { kind: 'later', ms: Math.min(problem.retryAfterSeconds, 60) * 1000 } as const;
  return { kind: 'broken' } as const;
}

function pause(ms: number, closing: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    closing.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/** Whether what was heard may still be shown as how things are now. */
export function isFresh({ status, freshAt }: LiveState, now: number): boolean {
  return status === 'live' && freshAt !== null && now - freshAt < STALE_AFTER_MS;
}

/** How often a page asks by itself: seldom while it hears what happens. */
export function pollEvery(ms: number): () => number {
  return () => (liveStore.get().status === 'live' ? Math.max(ms, 60_000) : ms);
}

export const liveStore = createLiveStore({
  fetch: (input, init) => fetch(input, init),
  session: sessionStore,
  now: () => Date.now(),
  random: () => Math.random(),
  visibility: {
    isVisible: () => document.visibilityState !== 'hidden',
    subscribe: (listener) => {
      document.addEventListener('visibilitychange', listener);
      return () => document.removeEventListener('visibilitychange', listener);
    },
  },
});
