/** What a change changed: two JSON documents as one list of paths with their old and new values. */
export type Difference = {
  path: string;
  kind: 'added' | 'removed' | 'changed' | 'same';
  old: string | undefined;
  new: string | undefined;
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Objects are entered; lists stay whole, because their members have no names to compare by. */
function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (value === null || value === undefined) {
    if (path !== '' && value === null) into.set(path, 'null');
  } else if (isRecord(value) && Object.keys(value).length > 0) {
    for (const [key, inner] of Object.entries(value)) {
      flatten(inner, path === '' ? key : `${path}.${key}`, into);
    }
  } else {
    into.set(path, shown(value));
  }
}

export function differences(before: unknown, after: unknown): Difference[] {
  const olds = new Map<string, string>();
  const news = new Map<string, string>();
  flatten(before, '', olds);
  flatten(after, '', news);
  return [...new Set([...olds.keys(), ...news.keys()])].sort().map((path) => {
    const old = olds.get(path);
    const current = news.get(path);
    const kind =
      old === undefined
        ? 'added'
        : current === undefined
          ? 'removed'
          : old === current
            ? 'same'
            : 'changed';
    return { path, kind, old, new: current };
  });
}
