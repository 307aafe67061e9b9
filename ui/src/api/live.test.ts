import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLiveStore, isFresh, type LiveSurroundings } from './live';
import type { LiveBay } from './liveStream';

const event = (kind: string, data: unknown, id?: string) =>
  `event: ${kind}\n${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
const bay = (sequence: number, state = 'free'): LiveBay => ({
  id: 'bay',
  state,
  since: '2026-11-21T10:00:00Z',
  sequence,
});
const snapshot = (sequence: number, state = 'free') =>
  event('snapshot', { as_of: 'x', sites: [{ id: 's', bays: [bay(sequence, state)] }] }, '1-1');
const beat = (asOf: string) => event('heartbeat', { as_of: asOf }, '2-2');
const refusal = (status: number, code: string) =>
  Response.json({ status, code, title: code }, { status });

/** A server that answers with what it is given, and a tab that is seen or not. */
function stage(answers: (Response | 'away')[] = []) {
  const asked: Headers[] = [];
  const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
  const watchers = new Set<() => void>();
  let isVisible = true;
  const renew = vi.fn(async () => null);
  const around: LiveSurroundings = {
    fetch: async (_, { headers, signal }) => {
      asked.push(headers as Headers);
      const answer = answers.shift();
      if (answer === 'away') throw new TypeError('away');
      if (answer) return answer;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          streams.push(controller);
          signal?.addEventListener('abort', () => controller.error(new Error('aborted')));
        },
      });
      return new Response(body);
    },
    session: { freshToken: async () => 'token', renew },
    now: () => Date.now(),
    random: () => 1,
    visibility: {
      isVisible: () => isVisible,
      subscribe: (watcher) => {
        watchers.add(watcher);
        return () => watchers.delete(watcher);
      },
    },
  };
  const store = createLiveStore(around);
  const heard = {
    bays: [] as [string, string][],
    lamps: [] as string[],
    hints: [] as string[],
    gaps: 0,
    losses: 0,
  };
  const close = store.open({
    onBays: (bays) => {
      for (const { id, state } of bays.values()) heard.bays.push([id, state]);
    },
    onLamp: ({ id }) => heard.lamps.push(id),
    onHint: ({ kind }) => heard.hints.push(kind),
    onGap: () => {
      heard.gaps += 1;
    },
    onLost: () => {
      heard.losses += 1;
    },
  });
  return {
    store,
    heard,
    asked,
    renew,
    close,
    tell: async (text: string) => {
      streams.at(-1)?.enqueue(new TextEncoder().encode(text));
      await vi.advanceTimersByTimeAsync(1);
    },
    breakOff: async () => {
      streams.at(-1)?.close();
      await vi.advanceTimersByTimeAsync(1);
    },
    see: async (isSeen: boolean) => {
      isVisible = isSeen;
      for (const watcher of [...watchers]) watcher();
      await vi.advanceTimersByTimeAsync(1);
    },
  };
}

const status = ({ store }: ReturnType<typeof stage>) => store.get().status;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('what is told as it happens', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is live once it was told that nothing is missing, and stale once it is told no more', async () => {
    const at = stage();
    await pass(1);
    expect(status(at)).toBe('connecting');
    await at.tell(snapshot(1));
    expect(status(at)).toBe('connecting');
    await at.tell(beat('10:00'));
    expect(isFresh(at.store.get(), Date.now())).toBe(true);
    // A server that cannot read on goes on beating with the time up to which it did.
    for (let n = 0; n < 3; n += 1) {
      await pass(10_000);
      await at.tell(beat('10:00'));
    }
    expect(isFresh(at.store.get(), Date.now())).toBe(false);
    await at.tell(beat('10:01'));
    expect(isFresh(at.store.get(), Date.now())).toBe(true);
    at.close();
    expect(status(at)).toBe('off');
  });

  it('goes by the higher sequence of two changes', async () => {
    const at = stage();
    await pass(1);
    await at.tell(snapshot(4));
    await at.tell(event('change', bay(4, 'occupied'), '3-1'));
    await at.tell(event('change', bay(6, 'maintenance'), '3-2'));
    await at.tell(event('change', bay(5, 'occupied'), '3-3'));
    expect(at.heard.bays).toEqual([
      ['bay', 'free'],
      ['bay', 'maintenance'],
    ]);
    expect(at.store.bays().get('bay')?.state).toBe('maintenance');
    at.close();
  });

  it('comes back with the last id, and later each time it fails', async () => {
    const at = stage();
    await pass(1);
    await at.tell(snapshot(1) + beat('10:00') + event('changed', { kind: 'site.updated' }, '9-9'));
    expect(at.heard.hints).toEqual(['site.updated']);
    await at.breakOff();
    expect([status(at), at.heard.losses]).toEqual(['reconnecting', 1]);
    await pass(900);
    expect(at.asked).toHaveLength(1);
    await pass(110);
    expect(at.asked[1]?.get('last-event-id')).toBe('9-9');
    await at.breakOff();
    await pass(1_990);
    expect(at.asked).toHaveLength(2);
    await pass(20);
    expect(at.asked).toHaveLength(3);
    await at.tell(beat('10:02'));
    expect([status(at), at.heard.gaps]).toEqual(['live', 0]);
    at.close();
  });

  it('asks for everything anew where it cannot be taken up', async () => {
    const at = stage();
    await pass(1);
    await at.tell(snapshot(1) + beat('10:00'));
    await at.breakOff();
    await pass(1_001);
    await at.tell(snapshot(2, 'occupied'));
    expect(at.heard.gaps).toBe(1);
    expect(at.store.bays().get('bay')?.state).toBe('occupied');
    at.close();
  });

  it('takes silence for the end', async () => {
    const at = stage();
    await pass(1);
    await at.tell(snapshot(1) + beat('10:00'));
    await pass(39_000);
    expect(at.asked).toHaveLength(1);
    await pass(2_500);
    expect(at.asked).toHaveLength(2);
    at.close();
  });

  it('lets go of the stream while nobody sees the tab', async () => {
    const at = stage();
    await pass(1);
    await at.tell(snapshot(1) + beat('10:00'));
    await at.see(false);
    await pass(4_000);
    await at.see(true);
    await pass(10_000);
    expect([at.asked.length, status(at)]).toEqual([1, 'live']);
    await at.see(false);
    await pass(60_000);
    expect([at.asked.length, status(at)]).toEqual([1, 'reconnecting']);
    await at.see(true);
    expect(at.asked).toHaveLength(2);
    at.close();
  });

  it('renews a session that is over once, and gives up where it may not listen', async () => {
    const at = stage([refusal(401, 'session_ended'), refusal(403, 'forbidden')]);
    await pass(5);
    expect(at.renew).toHaveBeenCalledTimes(1);
    expect([at.asked.length, status(at)]).toEqual([2, 'off']);
    await pass(120_000);
    expect(at.asked).toHaveLength(2);
  });

  it('waits as long as it is told to, and hears nothing after it was closed', async () => {
    const full = refusal(429, 'rate_limited');
    full.headers.set('retry-after', '30');
    const at = stage(['away', full]);
    await pass(1_010);
    expect(at.asked).toHaveLength(2);
    await pass(29_000);
    expect(at.asked).toHaveLength(2);
    await pass(1_100);
    expect(at.asked).toHaveLength(3);
    at.close();
    await pass(120_000);
    expect(at.asked).toHaveLength(3);
  });
});
