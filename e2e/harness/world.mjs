/** What all tests share: one server, one mailbox, one browser. Opened once, closed whatever happens. */
import { mkdirSync } from 'node:fs';
import { Api } from './api.mjs';
import { launch, openPage } from './browser.mjs';
import { openMailbox } from './mailbox.mjs';
import { errorsIn, startServer } from './server.mjs';

export const PASSWORD = 'heron below the weir 17';

export const OUTPUT = new URL('../output/', import.meta.url).pathname;

let world = null;

export async function openWorld() {
  const mailbox = await openMailbox();
  try {
    const server = await startServer({ smtpPort: mailbox.port });
    try {
      const browser = await launch();
      world = { mailbox, server, browser, base: server.base, api: new Api(server.base) };
    } catch (error) {
      await server.stop();
      throw error;
    }
  } catch (error) {
    mailbox.close();
    throw error;
  }
  return world;
}

/** The world, for tests. */
export function the() {
  if (!world) throw new Error('the world is not open');
  return world;
}

/** Closes everything; says which errors the server logged. */
export async function closeWorld() {
  if (!world) return [];
  const { browser, server, mailbox } = world;
  world = null;
  await browser.close().catch(() => undefined);
  await server.stop();
  mailbox.close();
  return errorsIn(server.log);
}

let portraitsTaken = 0;

/** What the pages of a failed test looked like, and what had gone wrong on them. */
async function portraits(opened) {
  mkdirSync(OUTPUT, { recursive: true });
  const lines = [];
  for (const { page, watch } of opened) {
    portraitsTaken += 1;
    const path = `${OUTPUT}failed-${portraitsTaken}.png`;
    await page.screenshot({ path }).catch(() => undefined);
    lines.push(`\n  at ${page.url()}, see ${path}`, ...watch.faults().map((fault) => `\n    ${fault}`));
  }
  return lines.join('');
}

/**
 * Runs a test with pages of its own. `visit(options)` opens one in a context of its own. Afterwards
 * whatever went wrong on any of them fails the test.
 */
export async function withPages(work) {
  const { browser, base } = the();
  const opened = [];
  const visit = async (options = {}) => {
    const visitor = await openPage(browser, { baseURL: base, ...options });
    opened.push(visitor);
    return visitor;
  };
  try {
    await work(visit);
    const faults = opened.flatMap(({ watch }) => watch.faults());
    if (faults.length > 0) throw new Error(`on the pages:\n  ${faults.join('\n  ')}`);
  } catch (error) {
    error.message += await portraits(opened);
    throw error;
  } finally {
    await Promise.all(opened.map(({ context }) => context.close().catch(() => undefined)));
  }
}
