import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { fresherAll, showBays } from './liveBays';
import type { LiveBay } from './liveStream';
import type { Space } from './types';

const space = (id: string, state: Space['state'], at: string) =>
  ({ id, state, state_changed_at: at }) as Space;
const heard = (id: string, state: string, since: string) =>
  new Map<string, LiveBay>([[id, { id, state, since, sequence: 2 }]]);

const EARLY = '2026-11-21T10:00:00Z';
const LATE = '2026-11-21T10:00:01Z';

it('shows what is newer and leaves the rest as it is', () => {
  const list = [space('a', 'free', EARLY), space('b', 'free', EARLY)];
  const next = fresherAll(list, heard('a', 'occupied', LATE));
  expect(next[0]).toMatchObject({ state: 'occupied', state_changed_at: LATE });
  expect(next[1]).toBe(list[1]);
  // What was asked for later than it was heard is newer.
  expect(fresherAll([space('a', 'free', LATE)], heard('a', 'occupied', EARLY))[0]?.state).toBe(
    'free',
  );
  expect(fresherAll(list, heard('a', 'free', LATE))).toBe(list);
});

it('changes lists, plans and single bays of the tenant, and leaves their age alone', () => {
  const client = new QueryClient();
  const keys = [
    ['t', 'spaces', { page: 1 }],
    ['t', 'spaces', 'all', {}],
  ];
  for (const key of keys) {
    client.setQueryData(key, { spaces: [space('a', 'free', EARLY)] }, { updatedAt: 5 });
  }
  client.setQueryData(['t', 'spaces', 'one', 'a'], {
    space: space('a', 'free', EARLY),
    etag: '"1"',
  });
  client.setQueryData(['other', 'spaces'], { spaces: [space('a', 'free', EARLY)] });
  client.setQueryData(['t', 'spaces', 'history', 'a'], { pages: [] });
  showBays(client, 't', heard('a', 'occupied', LATE));
  for (const key of keys) {
    expect(client.getQueryData<{ spaces: Space[] }>(key)?.spaces[0]?.state).toBe('occupied');
    expect(client.getQueryState(key)?.dataUpdatedAt).toBe(5);
  }
  const one = client.getQueryData<{ space: Space; etag: string }>(['t', 'spaces', 'one', 'a']);
  expect([one?.space.state, one?.etag]).toEqual(['occupied', '"1"']);
  const foreign = client.getQueryData<{ spaces: Space[] }>(['other', 'spaces']);
  expect(foreign?.spaces[0]?.state).toBe('free');
});
