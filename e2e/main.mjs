/** All browser tests in one process, so that they share one server and one browser. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before } from 'node:test';
import { closeWorld, openWorld } from './harness/world.mjs';

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
for (const file of files) await import(`./tests/${file}`);
