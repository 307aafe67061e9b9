import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actions } from './words';

/** Events for browsers, which are no entries of the log. */
const ANNOUNCED = ['tenant.limit_near', 'display.changed'];

const CRATES = [
  '../crates/parking-access/src',
  '../crates/parking-estate/src',
  '../crates/parking-flow/src',
];

/** Actions put together from a noun and a verb: the code that does it, and what it can make. */
const BUILT: [string, string[]][] = [
  ['"space.{verb}"', ['created', 'updated', 'deleted', 'restored'].map((verb) => `space.${verb}`)],
  [
    '"reservation.{}", news.verb',
    [
      'created',
      'updated',
      'confirmed',
      'cancelled',
      'checked_in',
      'checked_out',
      'contested',
      'completed',
      'expired',
      'no_show',
    ].map((verb) => `reservation.${verb}`),
  ],
  [
    '"reservation_series.{verb}"',
    ['created', 'updated', 'cancelled'].map((verb) => `reservation_series.${verb}`),
  ],
  ['"calendar_feed.{verb}"', ['created', 'revoked'].map((verb) => `calendar_feed.${verb}`)],
  ['"reservation_ticket.{verb}"', ['shown', 'renewed'].map((verb) => `reservation_ticket.${verb}`)],
  [
    '"waitlist.{verb}"',
    ['joined', 'offered', 'claimed', 'declined', 'lapsed', 'expired', 'left'].map(
      (verb) => `waitlist.${verb}`,
    ),
  ],
  ['"person.{verb}"', ['erased', 'exported'].map((verb) => `person.${verb}`)],
  ['"reservation_terms.{verb}"', ['updated', 'deleted'].map((verb) => `reservation_terms.${verb}`)],
  [
    '"spaces.{verb}"',
    ['created', 'updated', 'deleted', 'restored', 'overridden', 'released'].map(
      (verb) => `spaces.${verb}`,
    ),
  ],
  [
    '"display_policy.{verb}"',
    ['created', 'updated', 'activated', 'deactivated', 'deleted'].map(
      (verb) => `display_policy.${verb}`,
    ),
  ],
  [
    '"device.{verb}"',
    ['created', 'updated', 'archived', 'restored'].map((verb) => `device.${verb}`),
  ],
  ['"devices.{verb}"', ['created', 'assigned'].map((verb) => `devices.${verb}`)],
  [
    '"import.{verb}"',
    [
      'created',
      'updated',
      'checked',
      'started',
      'finished',
      'cancelled',
      'undo_started',
      'undone',
    ].map((verb) => `import.${verb}`),
  ],
  ['"orphan.{verb}"', ['claimed', 'dismissed', 'restored'].map((verb) => `orphan.${verb}`)],
  ['"orphans.{verb}"', ['dismissed', 'restored'].map((verb) => `orphans.${verb}`)],
  [
    '"alarm.{verb}"',
    ['acknowledged', 'unacknowledged', 'muted', 'unmuted', 'commented'].map(
      (verb) => `alarm.${verb}`,
    ),
  ],
  [
    '"alarms.{verb}"',
    ['acknowledged', 'unacknowledged', 'muted', 'unmuted'].map((verb) => `alarms.${verb}`),
  ],
  [
    '"alarm_recipient.{verb}"',
    ['created', 'updated', 'deleted', 'tested'].map((verb) => `alarm_recipient.${verb}`),
  ],
  [
    'format!("{}.{verb}", kind.name())',
    ['level', 'zone'].flatMap((kind) =>
      ['created', 'updated', 'deleted'].map((verb) => `${kind}.${verb}`),
    ),
  ],
];

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
    const code = CRATES.flatMap(sources).join('\n');
    const built = BUILT.flatMap(([template, made]) => (code.includes(template) ? made : []));
    const written = new Set(
      [...code.matchAll(new RegExp(`"((?:${entities})\\.(?!(?:csv|ics)")[a-z_]+)"`, 'g'))].map(
        ([, action]) => action ?? '',
      ),
    );
    for (const action of built) written.add(action);
    for (const event of ANNOUNCED) written.delete(event);
    expect(written.size).toBeGreaterThan(25);
    expect([...written].filter((action) => !actions.some((known) => known === action))).toEqual([]);
    expect(actions.filter((action) => !written.has(action))).toEqual([]);
  });
});
