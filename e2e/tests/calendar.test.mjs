/** Reservations on the calendar: drawn, refused where others have the bay, moved and extended; and in three steps. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COLOURS, EVERYTHING, violations } from '../harness/axe.mjs';
import { NARROW, settle, WIDE } from '../harness/browser.mjs';
import { calendarOf, pull, rests, tomorrowIn } from '../harness/calendar.mjs';
import { HALL, register } from '../harness/estate.mjs';
import { portraits } from '../harness/portraits.mjs';
import { ADMIN } from '../harness/server.mjs';
import { en } from '../harness/texts.mjs';
import { escape, follow, signIn } from '../harness/visitor.mjs';
import { OUTPUT, PASSWORD, the, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Cleo Marsh', email: 'cleo@calendar.test', password: PASSWORD };
const ZONE = 'Europe/Paris';
const drawer = (page, name) => page.getByRole('dialog', { name });
const { grid, point, booking } = calendarOf('Harbour');
const tomorrow = (hour) => tomorrowIn(ZONE, hour);

async function harbour(api) {
  const site = await api.post('/api/v6/sites', { name: 'Harbour', timezone: ZONE });
  const level = await api.post('/api/v6/levels', { site_id: site.id, name: 'Quay', ordinal: 0 });
  const { spaces } = await api.post('/api/v6/spaces/bulk', {
    site_id: site.id,
    pattern: 'A-1..A-12',
    template: { level_id: level.id },
  });
  const type = 'application/octet-stream';
  await api.upload(`/api/v6/levels/${level.id}/plan`, HALL, { type, method: 'PUT' });
  const outlines = spaces.map(({ id }, n) => {
    const x = 0.06 + n * 0.073;
    return {
      id,
      shape: [
        [x, 0.08],
        [x + 0.066, 0.08],
        [x + 0.066, 0.31],
        [x, 0.31],
      ],
    };
  });
  await api.call('PUT', '/api/v6/spaces/bulk/outlines', { level_id: level.id, outlines });
  return { site, spaces };
}

describe('the calendar of reservations', () => {
  test('is drawn on, refuses a clash for its reason, and moves what is on it', () =>
    withPages(async (visit) => {
      const { api } = await register(OWNER, 'Calendar Parking');
      const { site, spaces } = await harbour(api);
      const [first, second, third] = spaces;
      const reserve = (bay, from, until, name, more = {}) =>
        api.post('/api/v6/reservations', {
          space_id: bay.id,
          start_time: tomorrow(from).at,
          end_time: tomorrow(until).at,
          holder: { name },
          ...more,
        });
      await reserve(second, 9, 12, 'Bo Lind');
      await reserve(third, 7, 8.5, 'Cy Ahn', { status: 'pending' });
      const { page, watch } = await visit();
      await signIn(page, OWNER);
      await follow(page, 'nav.reservations');
      await page.getByRole('link', { name: en('calendar.tab'), exact: true }).click();
      await page.getByText(/Europe\/Paris, UTC/).waitFor();
      await page.getByRole('button', { name: en('calendar.dayAfter') }).click();
      await booking(page, 'A-2', 'Bo Lind').waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);

      // Drawn over free time, confirmed beside it.
      await pull(page, await point(page, 'A-1', 9.05), await point(page, 'A-1', 10.95));
      await grid(page).getByText(`09:00 – 11:00`).waitFor();
      await page.mouse.up();
      const form = drawer(page, en('booking.title'));
      await form.getByLabel(en('reservations.name')).fill('Ada Lovelace');
      await form.getByText('A-1', { exact: true }).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'calendar-confirm');
      await form.getByRole('button', { name: en('reservations.reserve') }).click();
      await form.waitFor({ state: 'hidden' });
      await booking(page, 'A-1', '09:00 – 11:00, Ada Lovelace').waitFor();

      // Dragged onto somebody else's time: it says so on the way, and the server refuses it.
      watch.allow(/\/api\/v6\/reservations\/[^/]+$/);
      await pull(page, await point(page, 'A-1', 9.5), await point(page, 'A-2', 10.5));
      await grid(page)
        .getByText(en('calendar.faults.taken', { span: '09:00 – 12:00' }))
        .waitFor();
      await page.screenshot({ path: `${OUTPUT}calendar-clash-light-1440.png` });
      await page.mouse.up();
      await page.getByText(en('calendar.putBack', { code: 'A-2' })).waitFor();
      const alert = page
        .getByRole('alert')
        .filter({ hasText: en('calendar.putBack', { code: 'A-2' }) });
      await alert.getByText(en('errors.codes.slot_taken')).waitFor();
      await alert.getByText(/09:00 – 12:00/).waitFor();
      await booking(page, 'A-1', '09:00 – 11:00, Ada Lovelace').waitFor();
      assert.deepEqual(await violations(page, COLOURS), []);
      await portraits(page, watch, 'calendar-refused', { widths: [WIDE] });
      await page.getByRole('button', { name: en('calendar.understood') }).click();
      await rests(page);

      // Dragged to where there is room, and taken back.
      await pull(page, await point(page, 'A-1', 9.5), await point(page, 'A-4', 14.5));
      await page.mouse.up();
      await booking(page, 'A-4', '14:00 – 16:00, Ada Lovelace').waitFor();
      await rests(page);
      await page
        .getByRole('button', { name: en('common.undo') })
        .last()
        .click();
      await booking(page, 'A-1', '09:00 – 11:00, Ada Lovelace').waitFor();
      await rests(page);

      // By its end, with the mouse; then with the keyboard.
      const [x, y] = await point(page, 'A-1', 11);
      await pull(page, [x - 4, y], await point(page, 'A-1', 12));
      await page.mouse.up();
      await booking(page, 'A-1', '09:00 – 12:00, Ada Lovelace').waitFor();
      await rests(page);
      await booking(page, 'A-1', 'Ada Lovelace').focus();
      await page.keyboard.press('e');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await booking(page, 'A-1', '09:00 – 12:30, Ada Lovelace').waitFor();
      await rests(page);
      await page.keyboard.press('m');
      await page.keyboard.press('ArrowDown');
      await page
        .getByRole('status')
        .filter({ hasText: en('calendar.faults.taken', { span: '09:00 – 12:00' }) })
        .waitFor({ state: 'attached' });
      await page.keyboard.press('Escape');
      await booking(page, 'A-1', '09:00 – 12:30, Ada Lovelace').waitFor();
      const { reservations } = await api.get(
        `/api/v6/reservations?space_id=${first.id}&sort=start_time`,
      );
      assert.deepEqual(
        reservations.map(({ start_time, end_time }) => [
          Date.parse(start_time),
          Date.parse(end_time),
        ]),
        [[Date.parse(tomorrow(9).at), Date.parse(tomorrow(12.5).at)]],
      );

      await portraits(page, watch, 'calendar-day');
      await page.getByText(en('calendar.oneWeek'), { exact: true }).click();
      await settle(page, watch);
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'calendar-week');

      // On a phone: one day in the order of time.
      await page.setViewportSize(NARROW);
      await page.getByRole('button', { name: /Ada Lovelace/ }).click();
      const one = drawer(page, 'Reservation A-1');
      await one.getByText('Ada Lovelace').waitFor();
      await escape(page, one);
      assert.deepEqual(await violations(page, EVERYTHING), []);
      assert.equal(site.timezone, ZONE);
    }));

  test('days on which the clocks are put back have 25 hours, and others 23', () =>
    withPages(async (visit) => {
      const who = { ...OWNER, email: 'dst@calendar.test' };
      const { api } = await register(who, 'Summer Parking');
      await harbour(api);
      const { page, watch } = await visit({ timezoneId: 'Asia/Tokyo' });
      await signIn(page, who);
      for (const [date, hours, label, times] of [
        ['2027-10-31', 25, '02:00', 2],
        ['2027-03-28', 23, '02:00', 0],
      ]) {
        await page.goto(`/reservations/calendar?date=${date}`);
        await page.getByText(en('calendar.hours', { n: hours })).waitFor();
        assert.equal(await grid(page).getByText(label, { exact: true }).count(), times);
        await settle(page, watch);
        await page.screenshot({ path: `${OUTPUT}calendar-${hours}-hours.png` });
      }
    }));

  test('two thousand bays are no burden', () =>
    withPages(async (visit) => {
      const who = { ...OWNER, email: 'big@calendar.test' };
      const big = await register(who, 'Big Calendar Parking');
      const admin = await the().api.signIn(ADMIN);
      await admin.patch(`/api/v6/tenants/${big.tenant.id}`, { limits: { spaces: 5_000 } });
      const site = await big.api.post('/api/v6/sites', { name: 'Harbour', timezone: ZONE });
      const { spaces } = await big.api.post('/api/v6/spaces/bulk', {
        site_id: site.id,
        pattern: 'P-1..P-2000',
      });
      const [start_time, end_time] = [tomorrow(9).at, tomorrow(12).at];
      await big.api.post('/api/v6/reservations', {
        space_id: spaces.at(-1).id,
        start_time,
        end_time,
        holder: { name: 'Last One' },
      });
      const { page, watch } = await visit();
      await signIn(page, who, { path: `/reservations/calendar?date=${tomorrow(9).day}` });
      await rests(page);
      assert.ok((await grid(page).getByRole('row').count()) < 60);
      await grid(page).getByRole('gridcell').first().focus();
      await page.keyboard.press('Control+End');
      const focused = page.locator('[data-cursor]:focus');
      await focused.and(page.getByLabel(/^P-2000,/)).waitFor();
      await page.keyboard.press('Home');
      // From free time to the reservation, which is one stop however long it is.
      const last = booking(page, 'P-2000', 'Last One');
      await last.waitFor();
      for (
        let presses = 0;
        presses < 20 && !(await last.evaluate((one) => one === document.activeElement));
        presses += 1
      ) {
        await page.keyboard.press('ArrowRight');
      }
      await page.keyboard.press('Enter');
      const one = drawer(page, 'Reservation P-2000');
      await one.getByText('Last One').waitFor();
      await escape(page, one);
      await settle(page, watch);
      const { bottom } = await last.evaluate((element) => element.getBoundingClientRect().toJSON());
      assert.ok(bottom <= WIDE.height, 'it is in sight');
    }));

  test('three steps lead to a reservation, and what is refused back to its step', () =>
    withPages(async (visit) => {
      const who = { ...OWNER, email: 'steps@calendar.test' };
      const { api } = await register(who, 'Three Steps Parking');
      const { spaces } = await harbour(api);
      const { page, watch } = await visit();
      await signIn(page, who, { path: '/reservations' });
      await page.getByRole('button', { name: en('booking.begin') }).click();
      await page.getByRole('heading', { name: en('booking.steps.when') }).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'calendar-step-when');
      await page.getByRole('button', { name: en('booking.goOn') }).click();
      await page.getByRole('heading', { name: en('booking.steps.bay') }).waitFor();
      await page.getByRole('radio', { name: /^A-1\b/ }).waitFor();
      const choices = page.getByRole('group', { name: en('booking.steps.bay') }).getByRole('radio');
      const codes = await choices.evaluateAll((all) =>
        all.map((one) => one.closest('label').querySelector('strong').textContent),
      );
      assert.deepEqual(
        codes,
        spaces.map(({ code }) => code),
        'in natural order',
      );
      await page.getByRole('radio', { name: /^A-2\b/ }).check();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'calendar-step-bay');
      await page.getByText(en('operations.plan'), { exact: true }).click();
      await page.locator('[data-bay]').nth(2).click();
      await page
        .getByRole('complementary', { name: en('booking.summary') })
        .getByText('A-3', { exact: true })
        .waitFor();
      await portraits(page, watch, 'calendar-step-plan');
      await page.getByRole('button', { name: en('booking.goOn') }).click();
      await page.getByRole('heading', { name: en('booking.steps.confirm') }).waitFor();

      // Somebody was quicker: back to the bays, where it is taken now.
      const now = Date.now();
      await api.post('/api/v6/reservations', {
        space_id: spaces[2].id,
        start_time: new Date(now + 60_000).toISOString(),
        end_time: new Date(now + 4 * 3_600_000).toISOString(),
      });
      watch.allow(/\/api\/v6\/reservations$/);
      await page.getByLabel(en('reservations.name')).fill('Eve Stone');
      await page.getByRole('button', { name: en('reservations.reserve') }).click();
      await page.getByText(en('errors.codes.slot_taken')).waitFor();
      await page.getByRole('heading', { name: en('booking.steps.bay') }).waitFor();
      await page.getByText(en('booking.list'), { exact: true }).click();
      assert.equal(await page.getByRole('radio', { name: /^A-3\b/ }).isDisabled(), true);
      await portraits(page, watch, 'calendar-step-refused');
      await page.getByRole('radio', { name: /^A-4\b/ }).check();
      await page.getByRole('button', { name: en('booking.goOn') }).click();
      await page.getByRole('button', { name: en('reservations.reserve') }).click();
      const one = drawer(page, 'Reservation A-4');
      await one.getByText('Eve Stone').waitFor();
      await escape(page, one);

      // When is it free? Each bay has its windows, and each leads to the last step.
      await page.getByRole('link', { name: en('freeTimes.tab') }).click();
      await page.getByRole('button', { name: en('calendar.dayAfter') }).click();
      const free = page.getByRole('link', {
        name: en('freeTimes.book', { code: 'A-5', span: '00:00 – 24:00' }),
      });
      await free.waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'calendar-free');
      await free.click();
      await page.getByRole('heading', { name: en('booking.steps.confirm') }).waitFor();
      await page.getByRole('button', { name: en('reservations.reserve') }).click();
      await drawer(page, 'Reservation A-5').waitFor();
    }));
});
