/** All browser tests in one process, so that they share one server and one browser. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe } from 'node:test';
import { changeBrowser, closeWorld, openWorld } from './harness/world.mjs';

before(openWorld, { timeout: 120_000 });

after(
  async () => {
    assert.deepEqual(await closeWorld(), [], 'the server logged errors');
  },
  { timeout: 60_000 },
);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const wanted = process.argv.slice(2);
const files = readdirSync(new URL('./tests/', import.meta.url)).filter((name) =>
  wanted.length > 0 ? wanted.some((word) => name.startsWith(word)) : name.endsWith('.test.mjs'),
);

/** A file's tests follow one another; four files go on at a time, so that neither of two cores waits for a page. */
const together = (title, names) =>
  describe(title, { concurrency: 4 }, () => {
    for (const file of names) describe(file, { concurrency: 1 }, () => import(`./tests/${file}`));
  });

const isSweep = (name) => name.startsWith('sweep');
const [journeys, sweeps] = [(name) => !isSweep(name), isSweep].map((kind) => files.filter(kind));
together('journeys', journeys);
// It looks at several pages at a time by itself.
describe('afterwards', () => {
  if (sweeps.length > 0) before(changeBrowser, { timeout: 60_000 });
  together('the sweep', sweeps);
});
