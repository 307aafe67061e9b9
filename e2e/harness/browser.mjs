/** One Chromium for the whole run, and pages on which nothing goes wrong unnoticed. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Where a page lives for seconds, optimising what it runs is a quarter of the work, and comes too late. */
const UNOPTIMISED = '--js-flags=--no-opt --no-maglev';

/** How long a page may take for one thing: a machine that also compiles is slow, not wrong. */
const PATIENCE_MS = 45_000;

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

function executable() {
  const here = ['chromium-headless-shell', 'chromium', 'chromium-browser'].map(
    (name) => `/usr/bin/${name}`,
  );
  const found = [process.env.CHROMIUM, ...here].find((path) => path && existsSync(path));
  if (!found) throw new Error('no Chromium found; `cargo xtask setup` installs it');
  return found;
}

/** Headless, with a profile of its own that goes when it closes. */
export const launch = ({ pagesStay = false } = {}) =>
  chromium.launch({
    executablePath: executable(),
    headless: true,
    args: pagesStay ? FLAGS : [...FLAGS, UNOPTIMISED],
  });

/** What is told as it happens: it is never done, and is taken up again where it broke off or was refused. */
const isStream = (url) => new URL(url, 'http://nowhere').pathname === '/api/v6/live';

/**
 * A page that remembers everything a user should never meet: errors in the console, exceptions,
 * requests that failed or were refused. `allow` names the requests a test wants to fail.
 */
export class Watch {
  #faults = [];
  #allowed;
  #open = new Set();

  /** A page that comes in another's place is allowed what that one was. */
  constructor(page, before = null) {
    this.#allowed = before ? before.#allowed : [];
    page.on('pageerror', (error) => this.#note(`exception: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      // The browser's own line about a refused request; the response below says it better.
      const { url } = message.location();
      const isRefusal = /^Failed to load resource/.test(message.text());
      if (isRefusal && (isStream(url) || this.#isAllowed(url))) return;
      this.#note(`console: ${message.text()} (${url})`);
    });
    page.on('request', (request) => {
      if (!isStream(request.url())) this.#open.add(request);
    });
    page.on('requestfinished', (request) => this.#open.delete(request));
    page.on('requestfailed', (request) => {
      this.#open.delete(request);
      const why = request.failure()?.errorText ?? '';
      // Leaving a page cancels what it was still asking for.
      if (why === 'net::ERR_ABORTED' || isStream(request.url()) || this.#isAllowed(request.url()))
        return;
      this.#note(`failed: ${request.method()} ${request.url()} ${why}`);
    });
    page.on('response', (response) => {
      const isPassing = isStream(response.url()) && [401, 503].includes(response.status());
      if (response.status() < 400 || isPassing || this.#isAllowed(response.url())) return;
      this.#note(`${response.status()}: ${response.request().method()} ${response.url()}`);
    });
  }

  /** From now on requests to this address may fail. */
  allow(pattern) {
    this.#allowed.push(pattern);
  }

  get isQuiet() {
    return this.#open.size === 0;
  }

  /** What went wrong since the last question. */
  faults() {
    return this.#faults.splice(0);
  }

  #isAllowed(url) {
    return this.#allowed.some((pattern) => pattern.test(url));
  }

  #note(fault) {
    this.#faults.push(fault);
  }
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} options
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({
    viewport: WIDE,
    locale: 'en-GB',
    colorScheme: 'light',
    // Without a graphics card motion is drawn by the cores the tests run on.
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const watch = new Watch(page);
  return { context, page, watch };
}

/**
 * A page that draws no more frames: it answers, and other pages of the same browser draw. It happens to Chromium once
 * in some thousand changes of size and theme; another page in its place is as good.
 */
export class Frozen extends Error {}

/** How long a page may take for two frames. */
const FRAMES_MS = 20_000;

/** Another page in the place of a frozen one: the same person, the same permissions to fail. */
export async function reopen(visitor) {
  const frozen = visitor.page;
  visitor.page = await visitor.context.newPage();
  visitor.watch = new Watch(visitor.page, visitor.watch);
  // It may not answer; its context takes it along in the end.
  frozen.close().catch(() => undefined);
}

/**
 * Until the page shows what it wanted to show: a heading, nothing loading, nothing under way. Twice in a row, because
 * what has just arrived may lead elsewhere or ask for more.
 */
export async function settle(page, watch) {
  const heading = page.getByRole('heading', { level: 1 }).first();
  let deadline = Date.now() + PATIENCE_MS;
  let isLoadedAgain = false;
  for (let inARow = 0; inARow < 2; ) {
    await heading.waitFor();
    const isStill = await page.evaluate(async (patience) => {
      await document.fonts.ready;
      const isDrawn = await new Promise((resolve) => {
        setTimeout(resolve, patience, false);
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(true)));
      });
      if (!isDrawn) return null;
      const isMoving = document
        .getAnimations()
        .some(
          ({ playState, effect }) =>
            playState === 'running' && effect?.getComputedTiming().iterations !== Infinity,
        );
      return (
        !isMoving &&
        !document.querySelector(
          '[role="status"][aria-label] .ant-skeleton, .ant-skeleton-active, .ant-spin-spinning',
        )
      );
    }, FRAMES_MS);
    if (isStill === null) {
      if (isLoadedAgain) throw new Frozen(`${page.url()} draws nothing any more`);
      // What is open on it is lost, but most that is looked at has an address.
      isLoadedAgain = true;
      deadline += FRAMES_MS + PATIENCE_MS;
      await page.reload();
      continue;
    }
    inARow = isStill && watch.isQuiet ? inARow + 1 : 0;
    if (Date.now() > deadline) throw new Error(`${page.url()} does not come to rest`);
  }
}
