import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDrops, createGather } from './useLive';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('asks once for what changed together, and rests before it asks again', async () => {
  const asked: string[][] = [];
  const gather = createGather((names) => asked.push(names));
  gather.add(['sites', 'levels']);
  gather.add(['sites', 'dashboard']);
  gather.add([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toEqual([['sites', 'levels', 'dashboard']]);
  gather.add(['sites']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toHaveLength(1);
  gather.add(['alarms']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked[1]).toEqual(['sites', 'alarms']);
  gather.add(['sites']);
  gather.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(2);
});

it('shows what comes close together once, by its last word', async () => {
  const shown: [string, string][][] = [];
  const drops = createDrops<string>((heard) => shown.push([...heard]));
  drops.add(new Map([['a', 'free']]));
  drops.add(new Map([['b', 'free']]));
  drops.add(new Map([['a', 'occupied']]));
  expect(shown).toEqual([]);
  await vi.advanceTimersByTimeAsync(60);
  expect(shown).toEqual([
    [
      ['a', 'occupied'],
      ['b', 'free'],
    ],
  ]);
  drops.add(new Map([['a', 'free']]));
  drops.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shown).toHaveLength(1);
});
