import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '@/api/types';
import { renderPart } from '@/test/render';
import { EvidenceMessages, saidState } from './EvidenceMessages';

type Message = NonNullable<Evidence['messages']>[number];

const message = (id: string, fields: Partial<Message> = {}): Message => ({
  id,
  tenant_id: 't',
  received_at: '2027-01-18T14:03:00Z',
  arrived_at: '2027-01-18T14:03:01Z',
  source: 'chirpstack_mqtt',
  kind: 'up',
  f_port: 1,
  f_cnt: 1204,
  payload: '01',
  payload_bytes: 1,
  receptions: [{ gateway_eui: 'A84041FFFF1EE2B4', gateway_name: 'Roof', rssi: -97, snr: 6 }],
  reading: { occupied: true },
  content: {},
  outcome: 'read',
  replays: 0,
  ...fields,
});

function show(messages: Message[] | null, uplink_id: string | null = null) {
  const evidence = { space_id: 'b', messages, sensor: { uplink_id } } as Evidence;
  renderPart(<EvidenceMessages evidence={evidence} isThen={false} zone="Europe/Paris" />);
}

describe('the messages behind a state', () => {
  it('are shown with their bytes and who heard them, and the one that decided is marked', () => {
    show([message('b'), message('a', { reading: { occupied: false } })], 'a');
    const [, decided] = screen.getAllByRole('listitem');
    expect(decided?.getAttribute('aria-current')).toBe('true');
    const inside = within(decided as HTMLElement);
    for (const words of ['This one decided', 'Free', '01', 'Roof']) {
      expect(inside.getByText(words)).toBeDefined();
    }
    expect(screen.getAllByText('This one decided')).toHaveLength(1);
    const all = screen.getByRole('link', { name: 'All messages of this bay' });
    expect(all.getAttribute('href')).toBe('/messages?space_id=b');
  });

  it('say when they came late, and when nothing could be read from them', () => {
    show([
      message('late', { arrived_at: '2027-01-18T16:03:00Z' }),
      message('odd', { outcome: 'unreadable', reading: null }),
    ]);
    expect(screen.getByText(/^Came late, at /)).toBeDefined();
    expect(screen.getByText('Unreadable')).toBeDefined();
    expect(screen.getAllByText('What was read from it')).toHaveLength(1);
  });

  it('are absent for a reason that is said', () => {
    show([]);
    expect(screen.getByText(/^No message had come by then/)).toBeDefined();
    show(null);
    expect(screen.getByText(/^Messages are shown only to those/)).toBeDefined();
  });

  it.each([
    [{ occupied: true }, 'occupied'],
    [{ occupied: null }, null],
    [{ occupancy: 'unknown' }, 'unknown'],
    [{ occupancy: 'full' }, null],
    ['01', null],
    [null, null],
  ] as const)('%o says %s', (reading, state) => {
    expect(saidState(reading)).toBe(state);
  });
});
