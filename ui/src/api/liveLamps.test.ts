import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { renewed, showLamps } from './liveLamps';
import type { LiveLamp } from './liveStream';
import type { Display, Space } from './types';

const display = (id: string): Display => ({
  tenant_id: 't',
  id,
  dev_eui: '2020200000000001',
  device_name: null,
  model: null,
  space_id: 'b',
  space_code: 'A-1',
  site_id: 's',
  site_name: 'Quay',
  gateway_eui: null,
  status: 'in_step',
  wanted: null,
  transmitted: null,
  shown: null,
  pending: null,
  test_until: null,
  heard_at: null,
  joined_at: null,
  behind_since: null,
  mismatched_since: null,
});

const red: LiveLamp = {
  site_id: 's',
  space_id: 'b',
  id: 'one',
  status: 'behind',
  wanted: {
    look: { state: 'occupied', color: 'FF0000', blink_ms: null },
    f_port: 15,
    payload: 'FF',
    at: '2026-11-22T02:00:00Z',
    why: 'sensor',
  },
  transmitted: null,
  shown: null,
  behind_since: '2026-11-22T02:00:00Z',
  mismatched_since: null,
};

test('a lamp that was heard of is shown so, in lists and by itself, and others stay as they are', () => {
  const client = new QueryClient();
  const other = display('two');
  client.setQueryData(['t', 'displays', 'site', 's'], { displays: [display('one'), other] });
  client.setQueryData(['t', 'displays', 'one', 'one'], display('one'));
  client.setQueryData(['u', 'displays', 'one', 'one'], display('one'));
  showLamps(client, 't', new Map([['one', red]]));
  const list = client.getQueryData<{ displays: Display[] }>(['t', 'displays', 'site', 's']);
  expect(list?.displays[0]?.wanted?.look?.color).toBe('FF0000');
  expect(list?.displays[0]?.space_code).toBe('A-1');
  expect(list?.displays[1]).toBe(other);
  const byItself = client.getQueryData<Display>(['t', 'displays', 'one', 'one']);
  expect(byItself?.status).toBe('behind');
  expect(client.getQueryData<Display>(['u', 'displays', 'one', 'one'])?.status).toBe('in_step');
});

test('a bay shows the lamp that stands at it as it was heard of', () => {
  const at = (device_id: string) => ({ id: 'b', display: { device_id } }) as Space;
  const list = { spaces: [at('one'), at('two')], total: 2 };
  const next = renewed(list, new Map([['one', red]])) as typeof list;
  expect(next.spaces[0]?.lamp?.wanted?.look?.color).toBe('FF0000');
  expect(next.spaces[0]?.lamp).not.toHaveProperty('site_id');
  expect(next.spaces[1]).toBe(list.spaces[1]);
});

test('an answer without any lamp that was heard of is the same answer', () => {
  const list = { displays: [display('two')] };
  expect(renewed(list, new Map([['one', red]]))).toBe(list);
  expect(renewed(null, new Map())).toBeNull();
});
