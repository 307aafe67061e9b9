/** The page that is open all day: what a sensor says is seen at once, found again, explained and acted on. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COLOURS, EVERYTHING, violations } from '../harness/axe.mjs';
import { NARROW, settle, WIDE } from '../harness/browser.mjs';
import { register } from '../harness/estate.mjs';
import { becomes, openLot } from '../harness/lot.mjs';
import { portraits } from '../harness/portraits.mjs';
import { ADMIN } from '../harness/server.mjs';
import { en } from '../harness/texts.mjs';
import { escape, follow, signIn, undo } from '../harness/visitor.mjs';
import { PASSWORD, the, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Nora Wache', email: 'nora@watch.test', password: PASSWORD };
const BIG = { name: 'Bruno Gross', email: 'bruno@big.test', password: PASSWORD };

const word = (state) => en(`bays.states.${state}`);
const bay = (page, code, state) =>
  page.getByRole('button', { name: new RegExp(`^${code},? ${state ? word(state) : ''}`) });
const counter = (page, state) =>
  page
    .getByRole('list', { name: en('operations.counters') })
    .getByRole('button', { name: new RegExp(` ?${word(state)}`) });
const isLive = (page) => page.getByText(en('dataAge.live'), { exact: true }).last().waitFor();

/** Built once: tests look at it one after the other. */
let lot = null;
async function theLot() {
  if (!lot) {
    lot = await openLot(OWNER, 'Watch Parking');
    const { heard, says, api } = lot;
    for (const [at, one] of heard.slice(0, 12).entries()) await says(one, at % 3 !== 0);
    await becomes(api, heard[11], 'occupied');
    await api.call('PUT', `/api/v6/spaces/${lot.upper.spaces[20].id}/state`, {
      state: 'maintenance',
      reason: 'Fresh paint',
    });
  }
  return lot;
}

/** The message that the server says decided the state of a bay. */
async function messageBehind(api, { id }) {
  const { cause, sensor, messages } = await api.get(`/api/v6/spaces/${id}/evidence`);
  assert.equal(cause, 'sensor');
  const message = messages.find((one) => one.id === sensor.uplink_id);
  assert.equal(message.payload, '01');
  return message;
}

/** The drawer of a bay names that message, and shows its bytes and who heard it. */
async function named(page, place, message) {
  await place.click();
  const drawer = page.getByRole('dialog', { name: 'Bay A-1' });
  await drawer.getByText(en('evidence.rules.sensor')).waitFor();
  const behind = drawer.locator(`[data-message="${message.id}"]`);
  await behind.getByText(en('evidence.decided')).waitFor();
  await behind.getByText(word('occupied'), { exact: true }).waitFor();
  await behind.getByText('01', { exact: true }).waitFor();
  await behind.getByText('Roof of the station').waitFor();
  // And a moment before, another one did.
  await drawer.getByRole('button', { name: en('evidence.earlier') }).click();
  await drawer.getByRole('button', { name: en('evidence.earlier') }).click();
  await drawer.getByRole('heading', { name: en('evidence.whyThen') }).waitFor();
  await behind.waitFor({ state: 'detached' });
  await drawer.getByRole('button', { name: en('evidence.now'), exact: true }).click();
  await behind.waitFor();
  await escape(page, drawer);
}

/** Sound by every rule at both widths, and in its colours in the other theme. */
async function isSound(page, watch, what) {
  for (const [viewport, colorScheme, rules] of [
    [NARROW, 'light', EVERYTHING],
    [WIDE, 'dark', COLOURS],
    [WIDE, 'light', EVERYTHING],
  ]) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await settle(page, watch);
    assert.deepEqual(
      await violations(page, rules),
      [],
      `${what}, ${colorScheme}, ${viewport.width}`,
    );
    const sideways = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    assert.equal(sideways, 0, `${what} scrolls sideways at ${viewport.width}`);
  }
}

describe('operations', () => {
  test('an uplink turns its bay red on the plan within a second', () =>
    withPages(async (visit) => {
      const { heard, says } = await theLot();
      const { page } = await visit();
      await signIn(page, OWNER);
      await follow(page, 'nav.operations');
      await bay(page, 'A-1', 'free').waitFor();
      await page.getByText(en('operations.plan'), { exact: true }).click();
      const plan = page.getByRole('group', { name: en('plan.ofLevel', { level: 'Level 1' }) });
      await page.getByRole('combobox', { name: en('spaces.level'), exact: true }).click();
      await page.getByText('Level 1', { exact: true }).last().click();
      await bay(plan, 'A-1', 'free').waitFor();
      await isLive(page);
      let isReloaded = false;
      page.on('request', (request) => {
        if (/\/api\/v6\/spaces\?/.test(request.url())) isReloaded = true;
      });

      await says(heard[0], true);
      const since = performance.now();
      await bay(plan, 'A-1', 'occupied').waitFor({ timeout: 1_000 });
      assert.ok(performance.now() - since < 1_000);
      assert.equal(isReloaded, false, 'it asked for all bays again');
      await named(page, bay(plan, 'A-1', 'occupied'), await messageBehind(lot.api, heard[0]));
      // Said aloud too, a moment later and once.
      await page
        .locator('[data-announcer]')
        .getByText(`A-1: ${word('occupied')}`)
        .waitFor();
    }));

  test('it is looked through by its numbers, its filters, its search and the keys', () =>
    withPages(async (visit) => {
      const { site, upper } = await theLot();
      const { page, watch } = await visit({ reducedMotion: 'reduce' });
      await signIn(page, OWNER, { path: '/operations' });
      await bay(page, 'A-2', 'occupied').waitFor();
      // By level, the lower one first, and bays in the order of people.
      const heads = await page.getByRole('heading', { level: 2 }).allTextContents();
      assert.deepEqual(heads, ['Level −1, Staff', 'Level 1, Visitors']);
      const titles = await page
        .locator('[data-bay]')
        .evaluateAll((all) => all.map(({ title }) => title));
      const codes = titles.map((title) => title.split(',')[0]);
      assert.deepEqual(
        [...codes.slice(0, 2), ...codes.slice(10, 13)],
        ['B-1', 'B-2', 'B-11', 'B-12', 'A-1'],
      );

      await counter(page, 'maintenance').click();
      await page.waitForURL(/state=maintenance/);
      await bay(page, 'A-21', 'maintenance').waitFor();
      await bay(page, 'A-1').waitFor({ state: 'detached' });
      assert.equal(await page.locator('[data-bay]').count(), 1);
      await counter(page, 'maintenance').click();
      await page.keyboard.press('/');
      await page.keyboard.type('b-1');
      await bay(page, 'B-12').waitFor();
      await page.waitForURL(/q=b-1/);
      await bay(page, 'A-1').waitFor({ state: 'detached' });
      assert.equal(await page.locator('[data-bay]').count(), 4);
      await page.goto(`/operations?site_id=${site.id}&level_id=${upper.id}&q=zzz`);
      await page.getByText(en('operations.noHitsText')).waitFor();
      await page.getByRole('button', { name: en('table.clearFilters') }).click();

      await bay(page, 'B-1').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      const focused = await page.evaluate(() => document.activeElement?.getAttribute('title'));
      assert.match(focused, /^(A|B)-\d+, /);
      await page.keyboard.press('Enter');
      const drawer = page.getByRole('dialog', { name: `Bay ${focused.split(',')[0]}` });
      await drawer.waitFor();
      await escape(page, drawer);

      await isSound(page, watch, 'the grid');
      await portraits(page, watch, 'operations-grid');
      await page.goto(`/operations?site_id=${site.id}&view=plan&level_id=${upper.id}`);
      await bay(page, 'A-2', 'occupied').waitFor();
      await isSound(page, watch, 'the plan');
      await portraits(page, watch, 'operations-plan');
      await page.goto(`/operations?site_id=${site.id}&bay=${upper.spaces[1].id}`);
      await page.getByText(en('evidence.decided')).waitFor();
      await isSound(page, watch, 'the drawer');
      await portraits(page, watch, 'operations-drawer');
    }));

  test('a bay is taken out of use, and put back by a second thought', () =>
    withPages(async (visit) => {
      const { site } = await theLot();
      const { page } = await visit({ reducedMotion: 'reduce' });
      await signIn(page, OWNER, { path: `/operations?site_id=${site.id}` });
      await bay(page, 'A-30', 'unknown').click();
      const drawer = page.getByRole('dialog', { name: 'Bay A-30' });
      await drawer.getByRole('button', { name: en('spaces.block') }).click();
      const form = page.getByRole('dialog', { name: en('spaces.takeOutTitle', { code: 'A-30' }) });
      await form.getByText('Europe/Rome').waitFor();
      await form.getByLabel(en('spaces.reason')).fill('The mayor comes');
      await form.getByRole('button', { name: en('spaces.takeOut') }).click();
      await bay(page, 'A-30', 'maintenance').waitFor();
      await undo(
        page,
        drawer.getByText(en('spaces.overrideKinds.blocked.name'), { exact: true }).waitFor(),
      );
      await bay(page, 'A-30', 'unknown').waitFor();
    }));

  test('a screen on a wall shows nothing else, and says when it is not current', () =>
    withPages(async (visit) => {
      const { site, heard, says } = await theLot();
      const { page, watch } = await visit({ reducedMotion: 'reduce' });
      await signIn(page, OWNER, { path: `/operations?site_id=${site.id}` });
      await page.getByRole('button', { name: en('operations.kiosk') }).click();
      await page.getByRole('heading', { level: 1, name: 'Station garage' }).waitFor();
      assert.equal(await page.getByRole('navigation').count(), 0);
      await isLive(page);
      await says(heard[3], true);
      await bay(page, 'A-4', 'occupied').waitFor({ timeout: 1_000 });
      await says(heard[3], false);
      await page.keyboard.press('Escape');
      await page.getByRole('navigation', { name: en('nav.label') }).waitFor();
      // From an address it does not fill the screen, so that it can have any size.
      await page.goto(`/operations?site_id=${site.id}&kiosk=1`);
      await bay(page, 'A-4', 'free').waitFor();
      await isSound(page, watch, 'the wall');
      await portraits(page, watch, 'operations-kiosk');
      await page.getByRole('button', { name: en('operations.leaveKiosk') }).click();
      await page.getByRole('heading', { level: 1, name: en('operations.title') }).waitFor();
    }));

  test('two thousand bays are no burden', () =>
    withPages(async (visit) => {
      const big = await register(BIG, 'Big Parking');
      const admin = await the().api.signIn(ADMIN);
      await admin.patch(`/api/v6/tenants/${big.tenant.id}`, { limits: { spaces: 5_000 } });
      const site = await big.api.post('/api/v6/sites', { name: 'Airport', timezone: 'UTC' });
      await big.api.post('/api/v6/sites', { name: 'Annex', timezone: 'UTC' });
      const row = { site_id: site.id, pattern: 'P-1..P-2000' };
      const { spaces } = await big.api.post('/api/v6/spaces/bulk', row);
      const { page } = await visit({ reducedMotion: 'reduce' });
      await signIn(page, BIG, { path: '/operations' });
      await page.getByRole('heading', { level: 2, name: 'Airport' }).waitFor();
      await isLive(page);
      assert.ok((await page.locator('[data-bay]').count()) < 500);
      await bay(page, 'P-1').focus();
      await page.keyboard.press('End');
      await page.waitForFunction(() => document.activeElement?.title === 'P-2000, Unknown');
      const last = page.locator('[data-bay]:focus');
      assert.ok(await last.evaluate((tile) => tile.getBoundingClientRect().bottom <= innerHeight));
      const body = { state: 'maintenance', reason: 'A leak' };
      await big.api.call('PUT', `/api/v6/spaces/${spaces.at(-1).id}/state`, body);
      await bay(page, 'P-2000', 'maintenance').waitFor({ timeout: 1_000 });
      assert.equal(await last.getAttribute('title'), `P-2000, ${word('maintenance')}`);
    }));
});
