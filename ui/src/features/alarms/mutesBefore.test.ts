import { expect, it } from 'vitest';
import { mutesBefore } from './mutesBefore';

it('knows who was muted before, for how long and why', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const one = (id: string, muted_until: string | null, mute_reason: string | null = null) => ({
    id,
    muted_until,
    mute_reason,
  });
  const before = mutesBefore(
    [
      one('a', null),
      one('b', '2026-11-21T11:00:00Z', 'Over'),
      one('c', '2026-11-21T13:00:00Z', 'Roadworks'),
      one('d', '2026-11-21T13:00:00Z', 'Roadworks'),
      one('e', '2026-11-21T12:00:30Z'),
    ],
    now,
  );
  expect(before).toEqual({
    heard: ['a', 'b'],
    muted: [
      { ids: ['c', 'd'], minutes: 60, reason: 'Roadworks' },
      { ids: ['e'], minutes: 1 },
    ],
  });
});
