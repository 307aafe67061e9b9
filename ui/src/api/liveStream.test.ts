import { describe, expect, it } from 'vitest';
import { createEventReader } from './liveStream';

const change = 'event: change\nid: 7-3\ndata: {"id":"a","state":"free"}\n\n';

describe('the reader of a stream', () => {
  it('gives an event once it is whole, however it was cut', () => {
    for (let cut = 0; cut <= change.length; cut += 1) {
      const read = createEventReader();
      const events = [...read(change.slice(0, cut)), ...read(change.slice(cut))];
      expect(events).toEqual([{ kind: 'change', id: '7-3', data: { id: 'a', state: 'free' } }]);
    }
  });

  it('gives several at once, and nothing for what it does not know', () => {
    const read = createEventReader();
    const events = read(`retry: 2000\n\n: quiet\n\nevent: later\ndata: {}\n\n${change}${change}`);
    expect(events.map(({ kind }) => kind)).toEqual(['change', 'change']);
  });
});
