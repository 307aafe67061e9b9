/** What was, what is, and what was taken back: steps to go back and forth in. */
export type History<State> = {
  past: readonly State[];
  present: State;
  future: readonly State[];
  /** What the last step was, if one like it may become part of it. */
  run: string | null;
};

/** More steps than anybody goes back; each holds only what it does not share with the next. */
const STEPS_MAX = 200;

export const begun = <State>(present: State): History<State> => ({
  past: [],
  present,
  future: [],
  run: null,
});

/** One step further. Steps of one run, such as the nudges of a held key, are gone back in at once. */
export function stepped<State>(
  history: History<State>,
  present: State,
  run: string | null = null,
): History<State> {
  if (present === history.present) return history;
  const isSameRun = run !== null && run === history.run && history.past.length > 0;
  const past = isSameRun ? history.past : [...history.past, history.present].slice(-STEPS_MAX);
  return { past, present, future: [], run };
}

/** What has become known since, in every step: going back must not forget it. */
export function everywhere<State>(
  history: History<State>,
  change: (state: State) => State,
): History<State> {
  return {
    past: history.past.map(change),
    present: change(history.present),
    future: history.future.map(change),
    run: null,
  };
}

export function undone<State>(history: History<State>): History<State> {
  const { past, present, future } = history;
  const before = past.at(-1);
  if (before === undefined) return history;
  return { past: past.slice(0, -1), present: before, future: [present, ...future], run: null };
}

export function redone<State>(history: History<State>): History<State> {
  const { past, present, future } = history;
  const [after, ...rest] = future;
  if (after === undefined) return history;
  return { past: [...past, present], present: after, future: rest, run: null };
}
