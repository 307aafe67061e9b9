import { describe, expect, it } from 'vitest';
import { begun, redone, stepped, undone } from './history';

describe('the history of a drawing', () => {
  it('goes back and forth, and a new step ends what could be redone', () => {
    let history = stepped(stepped(begun('a'), 'b'), 'c');
    history = undone(history);
    expect(history.present).toBe('b');
    expect(redone(history).present).toBe('c');
    expect(undone(undone(undone(history))).present).toBe('a');
    history = stepped(history, 'd');
    expect(redone(history)).toBe(history);
    expect(undone(history).present).toBe('b');
  });

  it('takes what belongs together back at once', () => {
    let history = begun(0);
    for (const n of [1, 2, 3]) history = stepped(history, n, 'nudge');
    history = stepped(history, 4, 'turn');
    expect(undone(history).present).toBe(3);
    expect(undone(undone(history)).present).toBe(0);
    // Whoever goes back and nudges again begins a new run.
    history = stepped(undone(undone(history)), 9, 'nudge');
    expect(undone(history).present).toBe(0);
  });

  it('forgets what is too long ago, and a step to where one is', () => {
    let history = begun(0);
    expect(stepped(history, 0)).toBe(history);
    for (let n = 1; n <= 500; n += 1) history = stepped(history, n);
    expect(history.past).toHaveLength(200);
  });
});
