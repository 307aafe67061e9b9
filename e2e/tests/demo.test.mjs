/** The demonstration, whose sites live: lamps follow policies, gateways fail and come back, vehicles come and do not. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { settle } from '../harness/browser.mjs';
import { calendarOf, pull, rests, tomorrowIn } from '../harness/calendar.mjs';
import { HARBOUR, openDemo, STATION } from '../harness/demo.mjs';
import { hasFill, hasRing } from '../harness/lamps.mjs';
import { becomes } from '../harness/lot.mjs';
import { en } from '../harness/texts.mjs';
import { signIn } from '../harness/visitor.mjs';
import { OUTPUT, withPages } from '../harness/world.mjs';

const dialog = (page, name) => page.getByRole('dialog', { name });
const button = (within, key, values) =>
  within.getByRole('button', { name: en(key, values), exact: true });

/** What takes a gateway's whole patience: a minute of silence, or as long of signs of life, and a look. */
const PATIENCE = { timeout: 100_000 };
const AN_AGE = /^(\d+ (sec|min) ago|now)$/;

let demo = null;

/** The sign of a lamp on the operations page, as far as it says these things. */
const lampOf = (page, bay, { status, state } = {}) => {
  const sign = page.locator(`[data-bay="${bay.id}"] [data-lamp${status ? `="${status}"` : ''}]`);
  return state ? sign.filter({ hasText: en(`lamps.states.${state}`) }) : sign;
};
const ring = (sign) => sign.locator('circle').first();
const middle = (sign) => sign.locator('circle').nth(1);

/** A picture for people to look at. */
async function shoot(page, watch, name) {
  await settle(page, watch);
  await page.screenshot({ path: `${OUTPUT}demo-${name}.png` });
}

async function pick(page, within, label, option) {
  await within.getByRole('combobox', { name: label }).click();
  await page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).click();
}

/** Waits until something is so, which people cannot see. */
async function eventually(what, isSo) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`not within a minute: ${what}`);
}

async function open(visit, who, path) {
  const visitor = await visit({ baseURL: demo.base });
  await signIn(visitor.page, who, { path: path });
  return visitor;
}

/** Another colour for what is free: edited, seen before it governs, and activated. */
async function changesTheColour(page, watch, bay, total) {
  await button(page, 'displayPolicies.open', { name: 'Day' }).click();
  const editor = dialog(page, en('displayPolicies.editTitle', { name: 'Day' }));
  await editor.getByLabel(en('lamps.states.free'), { exact: true }).fill('1020ff');
  await editor.getByText(new RegExp(`\\d+ bays of ${total} change`)).waitFor();
  await editor
    .getByRole('button', { name: en('displayPolicies.everyBay_other', { count: total }) })
    .click();
  const shown = editor
    .getByRole('listitem')
    .filter({ has: page.getByText(bay.code, { exact: true }) });
  await shown.and(page.locator('[data-changes="true"]')).waitFor();
  assert.equal(await editor.getByRole('listitem').count(), total, 'what every bay would show');
  await shown.scrollIntoViewIfNeeded();
  await shoot(page, watch, 'preview');
  await button(editor, 'common.save').click();
  await editor.waitFor({ state: 'hidden' });
  await button(page, 'displayPolicies.actionsFor', { name: 'Day' }).click();
  await page.getByRole('menuitem', { name: en('displayPolicies.activate') }).click();
  const question = dialog(page, en('displayPolicies.activateTitle', { name: 'Day' }));
  await question.getByText(new RegExp(`\\d+ bays of ${total} change`)).waitFor();
  await button(question, 'displayPolicies.activate').click();
  await page.getByText(en('displayPolicies.activated', { name: 'Day' })).waitFor();
}

/** Alarms after the shortest time there is. */
async function losesPatience(page, api) {
  const { gateways } = await api.get('/api/v6/gateways');
  for (const { id } of gateways)
    await api.patch(`/api/v6/gateways/${id}`, { heartbeat_seconds: 10 });
  await page.goto('/settings/alarms');
  await page
    .getByRole('spinbutton', { name: en('alarmRules.fields.gateway_down_minutes.label') })
    .fill('1');
  await button(page, 'common.save').click();
  await page.getByText(en('alarmRules.saved')).waitFor();
  return gateways;
}

/** Somebody closes a bay from its drawer: its lamp should say so. */
async function takesOut(page, { code }) {
  const drawer = dialog(page, `Bay ${code}`);
  await button(drawer, 'spaces.takeOut').click();
  const form = dialog(page, en('spaces.takeOutTitle', { code }));
  await form.getByLabel(en('spaces.reason')).fill('Fresh paint');
  await button(form, 'spaces.takeOut').click();
  await form.waitFor({ state: 'hidden' });
  return drawer;
}

describe('the demonstration', { concurrency: 2 }, () => {
  before(
    async () => {
      demo = await openDemo();
    },
    { timeout: 150_000 },
  );

  after(
    async () => {
      assert.deepEqual(await demo?.close(), [], 'the demonstration logged errors');
    },
    { timeout: 60_000 },
  );

  test('its lamps follow a policy, say so when nothing reaches them, and recover with the gateways', () =>
    withPages(
      async (visit) => {
        const { api, site, lamps } = await demo.customer(HARBOUR);
        const bay = lamps.at(-1);
        await demo.car('out', HARBOUR, bay);
        await api.post('/api/v6/display-policies', { name: 'Day' });
        const { total } = await api.get('/api/v6/spaces?page_size=1');
        const { page: watched, watch: seen } = await open(
          visit,
          HARBOUR,
          `/operations?site_id=${site.id}`,
        );
        await lampOf(watched, bay, { status: 'in_step', state: 'free' }).waitFor();
        await hasRing(ring(lampOf(watched, bay)), '00FF00');
        const { page, watch } = await open(visit, HARBOUR, '/settings/lamps');
        await changesTheColour(page, watch, bay, total);

        // What it should show, and what it says that it shows.
        await hasRing(ring(lampOf(watched, bay)), '1020FF');
        await hasFill(middle(lampOf(watched, bay, { status: 'in_step' })), '1020FF');
        const late = new Set(lamps.map(({ id }) => id));
        await eventually('every lamp shows what it should', async () => {
          const { spaces } = await api.get('/api/v6/spaces?has_display=true&include_lamps=true');
          for (const { id, lamp } of spaces) if (lamp.status === 'in_step') late.delete(id);
          return late.size === 0;
        });
        await shoot(watched, seen, 'followed');

        const gateways = await losesPatience(page, api);
        const pulled = Date.now();
        await demo.gateways('off', HARBOUR);
        await watched.locator(`[data-bay="${bay.id}"]`).click();
        const drawer = await takesOut(watched, bay);
        // As soon as the server knows; not when the page happens to ask again.
        await lampOf(watched, bay, { status: 'unreachable', state: 'out_of_service' }).waitFor({
          timeout: 40_000,
        });
        await drawer.getByText(en('lamps.statuses.unreachable'), { exact: true }).waitFor();
        const since = drawer
          .locator('p')
          .filter({ hasText: en('lamps.statuses.unreachable') })
          .getByRole('time');
        assert.match(await since.innerText(), AN_AGE);
        await hasFill(middle(lampOf(watched, bay)), '1020FF');
        await since.scrollIntoViewIfNeeded();
        await shoot(watched, seen, 'unreachable');

        await page.getByRole('link', { name: /^Alarms.*alarms? waits?/ }).click();
        const alarm = (kind, name) =>
          page.getByRole('button', {
            name: en('alarms.open', { kind: en(`alarms.kinds.${kind}.name`), name }),
          });
        await alarm('lamp_unreachable', `Plenom ${bay.code}`).waitFor(PATIENCE);
        for (const { name } of gateways) await alarm('gateway_down', name).waitFor(PATIENCE);
        assert.ok(Date.now() - pulled > 55_000, 'not before its minute is over');
        await shoot(page, watch, 'alarms');

        await demo.gateways('on', HARBOUR);
        await lampOf(watched, bay, { status: 'in_step', state: 'out_of_service' }).waitFor(
          PATIENCE,
        );
        await drawer.getByText(en('lamps.statuses.in_step'), { exact: true }).waitFor();
        await shoot(watched, seen, 'recovered');
        await alarm('lamp_unreachable', `Plenom ${bay.code}`).waitFor({
          state: 'hidden',
          ...PATIENCE,
        });
        for (const { name } of gateways)
          await alarm('gateway_down', name).waitFor({ state: 'hidden', ...PATIENCE });
        await page.getByText(en('alarms.statuses.cleared'), { exact: true }).click();
        for (const { name } of gateways) await alarm('gateway_down', name).first().waitFor();
        await shoot(page, watch, 'cleared');
      },
      { atMostMs: 5 * 60_000 },
    ));

  test('its reservations are drawn, refused, moved, repeated, kept by a vehicle that comes and lost by one that does not', () =>
    withPages(async (visit) => {
      const { api, site, lamps } = await demo.customer(STATION);
      const [, comes, stays] = lamps;
      for (const bay of [comes, stays]) {
        await demo.car('out', STATION, bay);
        await becomes(api, bay, 'free');
      }
      await api.call('PUT', '/api/v6/reservations/terms', { grace_minutes: 1 });
      const { page: watched, watch: seen } = await open(
        visit,
        STATION,
        `/operations?site_id=${site.id}`,
      );
      const shows = (bay, state) => lampOf(watched, bay, { status: 'in_step', state }).waitFor();
      await shows(stays, 'free');
      const now = (bay, name) => {
        const [start, end] = [0, 60].map((minutes) =>
          new Date(Date.now() + minutes * 60_000).toISOString(),
        );
        return api.post('/api/v6/reservations', {
          space_id: bay.id,
          start_time: start,
          end_time: end,
          holder: { name },
        });
      };
      const absent = await now(stays, 'Nobody Comes');
      await shows(stays, 'reserved');

      const { page, watch } = await open(visit, STATION, '/reservations/calendar');
      const expected = await now(comes, 'Ada Lovelace');
      await shows(comes, 'reserved');
      await demo.car('in', STATION, comes);
      await page.goto(`/reservations?reservation=${expected.id}`);
      const arrived = dialog(page, `Reservation ${comes.code}`);
      await arrived.getByText(en('reservations.kinds.checked_in'), { exact: true }).waitFor();
      await shoot(page, watch, 'came');
      // Whose bay it is stands on the lamp for as long as it is theirs; then, that a vehicle stands there.
      await watched.locator(`[data-bay="${comes.id}"][data-state="occupied"]`).waitFor();
      await shows(comes, 'reserved');
      await button(arrived, 'table.actions').click();
      await page.getByRole('menuitem', { name: en('reservations.checkOut') }).click();
      await arrived
        .getByText(en('reservations.statuses.completed'), { exact: true })
        .first()
        .waitFor();
      await shows(comes, 'occupied');

      await draws(page, watch, api);
      await repeats(page, watch, { api, site });

      await page.goto(`/reservations?reservation=${absent.id}`);
      const released = dialog(page, `Reservation ${stays.code}`);
      await released
        .getByText(en('reservations.statuses.no_show'), { exact: true })
        .first()
        .waitFor(PATIENCE);
      await becomes(api, stays, 'free');
      await shows(stays, 'free');
      await shoot(page, watch, 'released');
      await shoot(watched, seen, 'station');
    }));

  test('who stands at it is told what can be said, and that a word means nothing', async () => {
    await demo.says('help', 'gateway off|on SITE|all');
    await demo.says('open sesame', 'not understood');
    await demo.says('gateway off atlantis', 'no such site');
    await demo.says('car in harbour Z-99', 'no bay Z-99');
  });
});

/** By the mouse: what is free is had, what somebody else has is refused for that reason, and elsewhere is room. */
async function draws(page, watch, api) {
  const { grid, booking, point } = calendarOf(STATION.site);
  const at = (hour) => tomorrowIn('Europe/Paris', hour).at;
  const { spaces } = await api.get('/api/v6/spaces?sort=code&page_size=5');
  const [free, taken, room] = spaces.slice(2);
  const others = {
    space_id: taken.id,
    start_time: at(9),
    end_time: at(12),
    holder: { name: 'Bo Lind' },
  };
  await api.post('/api/v6/reservations', others);
  await page.goto(`/reservations/calendar?date=${tomorrowIn('Europe/Paris', 9).day}`);
  await booking(page, taken.code, 'Bo Lind').waitFor();
  await pull(page, await point(page, free.code, 9.05), await point(page, free.code, 10.95));
  await page.mouse.up();
  const form = dialog(page, en('booking.title'));
  await form.getByLabel(en('reservations.name')).fill('Grace Hopper');
  await button(form, 'reservations.reserve').click();
  await form.waitFor({ state: 'hidden' });
  await booking(page, free.code, '09:00 – 11:00, Grace Hopper').waitFor();

  watch.allow(/\/api\/v6\/reservations\/[^/]+$/);
  await pull(page, await point(page, free.code, 9.5), await point(page, taken.code, 10.5));
  await grid(page)
    .getByText(en('calendar.faults.taken', { span: '09:00 – 12:00' }))
    .waitFor();
  await page.mouse.up();
  const alert = page
    .getByRole('alert')
    .filter({ hasText: en('calendar.putBack', { code: taken.code }) });
  await alert.getByText(en('errors.codes.slot_taken')).waitFor();
  await shoot(page, watch, 'clash');
  await button(page, 'calendar.understood').click();
  await rests(page);

  await pull(page, await point(page, free.code, 9.5), await point(page, room.code, 14.5));
  await page.mouse.up();
  await booking(page, room.code, '14:00 – 16:00, Grace Hopper').waitFor();
  await rests(page);
}

/** Every weekday until a date; one day somebody else has the bay, and that day is left out. */
async function repeats(page, watch, { api, site }) {
  const today = new Date();
  const monday = Date.UTC(
    today.getUTCFullYear(),
    today.getUTCMonth(),
    today.getUTCDate() + ((8 - today.getUTCDay()) % 7) + 7,
  );
  const day = (n) => new Date(monday + n * 86_400_000).toISOString().slice(0, 10);
  const { spaces } = await api.get('/api/v6/spaces?sort=code&page_size=10');
  const bay = spaces.at(-1);
  const others = {
    space_id: bay.id,
    start_time: `${day(2)}T13:00:00Z`,
    end_time: `${day(2)}T14:00:00Z`,
  };
  await api.post('/api/v6/reservations', others);
  const query = new URLSearchParams({
    site_id: site.id,
    from: `${day(0)}T12:00:00Z`,
    until: `${day(0)}T16:00:00Z`,
  });
  await page.goto(`/reservations/new?${query}`);
  await button(page, 'booking.short.when').click();
  await pick(page, page, en('series.repeats'), en('series.kinds.weekdays'));
  const last = page.getByLabel(en('series.lastDay'));
  await last.fill(day(4));
  await last.press('Tab');
  await button(page, 'booking.goOn').click();
  await page.getByRole('radio', { name: new RegExp(`^${bay.code}\\b`) }).check();
  await button(page, 'booking.goOn').click();
  await page.getByText(en('series.someClash_one', { count: 1, formatted: '1' })).waitFor();
  await page.getByText(en('series.verdicts.slot_taken'), { exact: true }).waitFor();
  assert.equal(
    await page
      .getByRole('list', { name: en('series.dates') })
      .getByRole('listitem')
      .count(),
    5,
  );
  await shoot(page, watch, 'series');
  await page
    .getByRole('radio', { name: en('series.onClash.skip_one', { formatted: '4' }) })
    .check();
  await button(page, 'booking.goOn').click();
  await page.getByLabel(en('reservations.name')).fill('Grace Hopper');
  await button(page, 'reservations.reserve').click();
  await page
    .getByRole('heading', { level: 1, name: en('series.ofBay', { code: bay.code }) })
    .waitFor();
  await page.getByText('4 of 4', { exact: true }).waitFor();
}
