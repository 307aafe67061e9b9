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

/** Another browser for what follows, in which pages stay and are led from one thing to the next. */
export async function changeBrowser() {
  const { browser } = the();
  await browser.close();
  world.browser = await launch({ pagesStay: true });
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
    lines.push(
      `\n  at ${page.url()}, see ${path}`,
      ...watch.faults().map((fault) => `\n    ${fault}`),
    );
  }
  return lines.join('');
}

/** A journey that takes longer waits for something that has no patience of its own, and for ever. */
const AT_MOST_MS = 4 * 60_000;

/** What is awaited, or an error once that has taken too long. */
async function within(ms, awaited) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`this is not done after ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs a test with pages of its own. `visit(options)` opens one in a context of its own. Afterwards
 * whatever went wrong on any of them fails the test.
 */
export async function withPages(work, { atMostMs = AT_MOST_MS } = {}) {
  const { browser, base } = the();
  const opened = [];
  const visit = async (options = {}) => {
    const visitor = await openPage(browser, { baseURL: base, ...options });
    opened.push(visitor);
    return visitor;
  };
  try {
    await within(atMostMs, work(visit));
    const faults = opened.flatMap(({ watch }) => watch.faults());
    if (faults.length > 0) throw new Error(`on the pages:\n  ${faults.join('\n  ')}`);
  } catch (error) {
    error.message += await portraits(opened);
    throw error;
  } finally {
    // A page that hangs does not let go of its context either; the browser takes it along in the end.
    await Promise.all(
      opened.map(({ context }) => within(20_000, context.close()).catch(() => undefined)),
    );
  }
}
