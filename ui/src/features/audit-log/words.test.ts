import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actions } from './words';

/** An event for browsers, which is no entry of the log. */
const ANNOUNCED = 'tenant.limit_near';

const SLICES = '../crates/parking-access/src';

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'tests' ? [] : sources(path);
    const isSource = entry.name.endsWith('.rs') && entry.name !== 'tests.rs';
    return isSource ? [readFileSync(path, 'utf8').split('#[cfg(test)]\nmod tests {')[0] ?? ''] : [];
  });
}

describe('the words of the audit log', () => {
  it('name every action the server writes', () => {
    const entities = [...new Set(actions.map((action) => action.split('.')[0]))].join('|');
    const written = new Set(
      [
        ...sources(SLICES)
          .join('\n')
          .matchAll(new RegExp(`"((?:${entities})\\.[a-z_]+)"`, 'g')),
      ].map(([, action]) => action),
    );
    written.delete(ANNOUNCED);
    expect(written.size).toBeGreaterThan(25);
    expect([...written].filter((action) => !actions.some((known) => known === action))).toEqual([]);
    expect(actions.filter((action) => !written.has(action))).toEqual([]);
  });
});
