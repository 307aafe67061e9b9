/** Every weekday until a date, with one clash; then moved from a date on, called off, and read by a calendar elsewhere. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EVERYTHING, violations } from '../harness/axe.mjs';
import { register } from '../harness/estate.mjs';
import { portraits } from '../harness/portraits.mjs';
import { en, text } from '../harness/texts.mjs';
import { signIn } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Sina Rehn', email: 'sina@series.test', password: PASSWORD };

/** The Monday after next, so far ahead that no switch to summer time lies between. */
const MONDAY = (() => {
  const now = new Date();
  const days = ((8 - now.getUTCDay()) % 7) + 7;
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days));
})();
/** So many days after it: `2026-12-01`. */
const day = (n) => new Date(MONDAY.getTime() + n * 86_400_000).toISOString().slice(0, 10);
/** As its site, which keeps UTC, says it: "Tue, 1 Dec 2026", with or without the comma. */
function named(n) {
  const date = new Date(MONDAY.getTime() + n * 86_400_000);
  const month = date.toLocaleDateString('en-GB', { month: 'short', timeZone: 'UTC' });
  return new RegExp(`\\b${date.getUTCDate()} ${month} ${date.getUTCFullYear()}`);
}
/** What is said of so many. */
const many = (key, n) =>
  en(`${key}_${n === 1 ? 'one' : 'other'}`, { count: n, formatted: String(n) });
const at = (n, clock) => `${day(n)}T${clock}:00Z`;

let ready = null;
const customer = () => {
  ready ??= (async () => {
    const full = await register(OWNER, 'Series Parking');
    const site = await full.api.post('/api/v6/sites', {
      name: 'Harbour',
      timezone: 'Africa/Abidjan',
    });
    const bay = await full.api.post('/api/v6/spaces', { site_id: site.id, code: 'A-1' });
    await full.api.post('/api/v6/spaces', { site_id: site.id, code: 'A-2' });
    return { ...full, site, bay };
  })();
  return ready;
};

const button = (within, key, values) =>
  within.getByRole('button', { name: en(key, values), exact: true });
const dialog = (page, key, values) => page.getByRole('dialog', { name: en(key, values) });
/** One date of a list, by its day. */
const dateOf = (within, n) => within.getByRole('listitem').filter({ hasText: named(n) });

async function pick(page, label, option) {
  await page.getByRole('combobox', { name: label }).click();
  await page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).click();
}

async function type(field, value) {
  await field.fill(value);
  await field.press('Tab');
}

/** What one may do to the reservation of a day. */
async function act(page, n, key) {
  await dateOf(page, n).getByRole('button').click();
  await page.getByRole('menuitem', { name: en(key) }).click();
}

/** Every weekday of two weeks at nine, as far as the dates. */
async function beginTwoWeeks(page, { site }) {
  const query = new URLSearchParams({
    site_id: site.id,
    from: at(0, '09:00'),
    until: at(0, '17:00'),
  });
  await page.goto(`/reservations/new?${query}`);
  await button(page, 'booking.short.when').click();
  await pick(page, en('series.repeats'), en('series.kinds.weekdays'));
  await type(page.getByLabel(en('series.lastDay')), day(11));
}

describe('a series', () => {
  test('shows its dates and clashes before it is booked, is moved from a date on, and called off', () =>
    withPages(async (visit) => {
      const { api, site, bay } = await customer();
      const taken = { space_id: bay.id, start_time: at(2, '10:00'), end_time: at(2, '11:00') };
      await api.post('/api/v6/reservations', taken);
      const { page, watch } = await visit();
      await signIn(page, OWNER, { path: '/reservations/series' });
      await page.getByText(en('series.emptyTitle')).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-none');

      await beginTwoWeeks(page, { site });
      await page
        .getByRole('status')
        .filter({ hasText: /^Every weekday \(Monday to Friday\), until Fri/ })
        .waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-rule');
      await button(page, 'booking.goOn').click();
      await page.getByText(en('series.firstOnly')).waitFor();
      await page.getByRole('radio', { name: /A-1/ }).check();
      await button(page, 'booking.goOn').click();

      // Nothing is booked yet, and it says which date cannot be had, and why.
      await page.getByText(many('series.someClash', 1)).waitFor();
      const clash = dateOf(page, 2);
      await clash.getByText(en('series.verdicts.slot_taken'), { exact: true }).waitFor();
      await clash.getByText(en('series.takenAt', { times: '10:00 – 11:00' })).waitFor();
      assert.equal(
        await page
          .getByRole('list', { name: en('series.dates') })
          .getByRole('listitem')
          .count(),
        10,
      );
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-dates');
      const goOn = button(page, 'booking.goOn');
      assert.equal(await goOn.isDisabled(), true);
      assert.equal((await api.get('/api/v6/reservations/series')).total, 0);

      // A day is left out, and taken in again; with the clash left out as well, nothing is in the way.
      const leaveOut = async (n) => {
        await dateOf(page, n)
          .getByRole('button', { name: /^Leave out/ })
          .click();
        await dateOf(page, n).getByText(en('series.verdicts.excluded')).waitFor();
      };
      await leaveOut(8);
      await page.getByText(many('series.leftOutSoFar', 1)).waitFor();
      await leaveOut(2);
      await page.getByText(many('series.allFree', 8)).waitFor();
      await page.getByRole('complementary').getByText(many('series.leftOut', 2)).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-left-out');
      for (const n of [2, 8]) {
        await dateOf(page, n)
          .getByRole('button', { name: /^Take in/ })
          .click();
        await dateOf(page, n)
          .getByRole('button', { name: /^Leave out/ })
          .waitFor();
      }
      await page.getByText(many('series.someClash', 1)).waitFor();
      await page
        .getByRole('radio', { name: en('series.onClash.skip_one', { formatted: '9' }) })
        .check();
      await goOn.click();
      await page.getByLabel(en('reservations.name')).fill('Ada Lovelace');
      await portraits(page, watch, 'series-confirm');
      await button(page, 'reservations.reserve').click();

      await page
        .getByRole('heading', { level: 1, name: en('series.ofBay', { code: 'A-1' }) })
        .waitFor();
      await page.getByText('9 of 9', { exact: true }).waitFor();
      await page.getByText(en('series.parts.leftOut', { n: '1' })).click();
      await dateOf(page, 2).getByText(en('series.verdicts.slot_taken')).waitFor();
      await page.getByText(en('series.parts.all', { n: '10' })).click();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-one');
      const [first] = (await api.get('/api/v6/reservations/series')).series;
      assert.equal(first.occurrences_total, 9);

      // From the second Monday on an hour later: what that does is seen before it is done.
      await act(page, 7, 'series.changeSome');
      const form = dialog(page, 'series.changeTitle', { code: 'A-1' });
      await form.getByRole('radio', { name: many('series.scopes.following', 5) }).check();
      await type(form.getByLabel(en('reservations.from'), { exact: true }), '10:00');
      await type(form.getByLabel(en('reservations.until'), { exact: true }), '18:00');
      await portraits(page, watch, 'series-change');
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await button(form, 'series.tryIt').click();
      await form.getByText(many('series.wouldChange', 5)).waitFor();
      await dateOf(form, 11).getByText('10:00 – 18:00').waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-tried');
      const before = await api.get(`/api/v6/reservations/series/${first.id}`);
      assert.equal(before.occurrences.at(-1).start_time, at(11, '09:00'));
      await form.getByRole('button', { name: many('series.changeMany', 5), exact: true }).click();
      await page.getByRole('link', { name: en('series.earlier') }).waitFor();
      await dateOf(page, 7).getByText('10:00 – 18:00').waitFor();
      const moved = new URL(page.url()).pathname.split('/').at(-1);
      const times = async (id) =>
        (await api.get(`/api/v6/reservations/series/${id}`)).occurrences.map(
          ({ start_time }) => start_time,
        );
      assert.deepEqual(
        await times(moved),
        [7, 8, 9, 10, 11].map((n) => at(n, '10:00')),
      );
      assert.deepEqual(
        await times(first.id),
        [0, 1, 3, 4].map((n) => at(n, '09:00')),
      );
      await portraits(page, watch, 'series-moved');

      // Another rule for the later one: what stays, what goes, what comes and what is in the way is seen first.
      await api.post('/api/v6/reservations', {
        ...taken,
        start_time: at(14, '11:00'),
        end_time: at(14, '12:00'),
      });
      await button(page, 'series.changeRule').click();
      const rule = dialog(page, 'series.ruleTitle', { code: 'A-1' });
      await pick(page, en('series.repeats'), en('series.kinds.weekly'));
      const days = rule.getByRole('group', { name: en('series.days') });
      for (const name of ['Wednesday', 'Friday'])
        await days.getByRole('button', { name, exact: true }).click();
      await type(rule.getByLabel(en('series.lastDay')), day(16));
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-rule-change');
      await button(rule, 'series.tryIt').click();
      await rule.getByText(/^1 new, 2 cancelled,? and 3 stay$/).waitFor();
      for (const [n, fate] of [
        [7, 'series.fates.kept'],
        [8, 'series.fates.removed'],
        [14, 'series.verdicts.slot_taken'],
        [16, 'series.fates.new'],
      ])
        await dateOf(rule, n).getByText(en(fate), { exact: true }).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-rule-tried');
      assert.deepEqual(
        await times(moved),
        [7, 8, 9, 10, 11].map((n) => at(n, '10:00')),
      );
      await rule.getByLabel(en('series.reason')).fill('Three days a week');
      await button(rule, 'series.saveRule').click();
      await rule.waitFor({ state: 'hidden' });
      await page.getByText('4 of 6', { exact: true }).waitFor();
      const { rule: saved, occurrences } = await api.get(`/api/v6/reservations/series/${moved}`);
      assert.match(saved, /^FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=/);
      const gone = occurrences.find(({ start_time }) => start_time === at(8, '10:00'));
      const { status, cancel_reason } = await api.get(
        `/api/v6/reservations/${gone.reservation_id}`,
      );
      assert.deepEqual([status, cancel_reason], ['cancelled', 'Three days a week']);

      // The list knows both, and when each is next.
      await page.getByRole('link', { name: en('series.toList') }).click();
      await page.getByRole('cell', { name: new RegExp(`${named(0).source}, 09:00`) }).waitFor();
      await page.getByText('4 of 4', { exact: true }).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-list');

      // All that is left of the later one is called off, and nothing of the earlier one.
      await page.goto(`/reservations/series/${moved}`);
      await button(page, 'series.cancelAll').click();
      const question = dialog(page, 'series.cancelTitle', { code: 'A-1' });
      await question.getByLabel(en('series.reason')).fill('Moved to another office');
      await portraits(page, watch, 'series-cancel');
      await question
        .getByRole('button', { name: many('series.cancelMany', 4), exact: true })
        .click();
      await question.waitFor({ state: 'hidden' });
      await page.getByText('Moved to another office').waitFor();
      await page.getByText('0 of 6', { exact: true }).waitFor();
      await page.getByRole('link', { name: en('series.earlier') }).click();
      await page.getByText('4 of 4', { exact: true }).waitFor();
    }));

  test('is told of where one of it is, and asks which are meant', () =>
    withPages(async (visit) => {
      const { api } = await customer();
      const found = await api.get('/api/v6/reservations/series?sort=start_time');
      const series = found.series.find(({ occurrences_ahead }) => occurrences_ahead === 4);
      const { occurrences } = await api.get(`/api/v6/reservations/series/${series.id}`);
      const { page, watch } = await visit();
      await signIn(page, OWNER, {
        path: `/reservations?reservation=${occurrences[1].reservation_id}`,
      });
      const one = page.getByRole('dialog', { name: 'Reservation A-1' });
      await one.getByText(en('series.isOne')).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-member');
      await one.getByRole('button', { name: en('table.actions') }).click();
      await page.getByRole('menuitem', { name: en('series.cancelSome') }).click();
      const question = dialog(page, 'series.cancelTitle', { code: 'A-1' });
      await question.getByRole('radio', { name: many('series.scopes.following', 3) }).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-which');
      await question
        .getByRole('button', { name: many('series.cancelMany', 1), exact: true })
        .click();
      await question.waitFor({ state: 'hidden' });
      await one.getByRole('link', { name: en('series.toSeries') }).click();
      await page.getByText('3 of 4', { exact: true }).waitFor();

      // Somebody is faster: nothing is done, what was typed is kept, and sent again it is done.
      watch.allow(/\/api\/v6\/reservations\/series\//);
      await button(page, 'series.changeAll').click();
      const form = dialog(page, 'series.changeTitle', { code: 'A-1' });
      await type(form.getByLabel(en('reservations.from'), { exact: true }), '08:00');
      await api.patch(`/api/v6/reservations/series/${series.id}`, { notes: 'Blue car' });
      await button(form, 'series.tryIt').click();
      await form.getByText(en('series.meanwhileTitle')).waitFor();
      assert.equal(
        await form.getByLabel(en('reservations.from'), { exact: true }).inputValue(),
        '08:00',
      );
      await button(form, 'series.tryIt').click();
      await form.getByText(many('series.wouldChange', 3)).waitFor();
      await form.getByRole('button', { name: many('series.changeMany', 3), exact: true }).click();
      await dateOf(page, 3).getByText('08:00 – 17:00').waitFor();
    }));

  test('is told in French, rule and all', () =>
    withPages(async (visit) => {
      const { api, site } = await customer();
      const fr = (key, values) => text('fr', key, values);
      await api.patch('/api/v6/me', { language: 'fr' });
      const { page, watch } = await visit({ locale: 'fr-FR' });
      await signIn(page, OWNER, { path: '/reservations/series', t: fr });
      await page
        .getByText(/^Chaque jour ouvrable \(lundi à vendredi\), jusqu’au/)
        .first()
        .waitFor();
      await portraits(page, watch, 'series-fr-list');
      await page
        .getByText(/^Chaque jour ouvrable/)
        .first()
        .click();
      await page
        .getByRole('heading', { level: 1, name: fr('series.ofBay', { code: 'A-1' }) })
        .waitFor();
      await portraits(page, watch, 'series-fr-one');
      const query = new URLSearchParams({
        site_id: site.id,
        from: at(0, '09:00'),
        until: at(0, '17:00'),
      });
      await page.goto(`/reservations/new?${query}`);
      await page.getByRole('button', { name: fr('booking.short.when') }).click();
      await pick(page, fr('series.repeats'), fr('series.kinds.monthly'));
      await page
        .getByRole('radio', { name: /^le \w+ lundi$/ })
        .first()
        .check();
      await portraits(page, watch, 'series-fr-rule');
      await api.patch('/api/v6/me', { language: 'en' });
    }));
});

describe('a calendar elsewhere', () => {
  test('is shown a link once, reads by it, and finds nothing once it is revoked', () =>
    withPages(async (visit) => {
      const { site, api } = await customer();
      const { page, watch } = await visit();
      await signIn(page, OWNER, { path: '/reservations/calendar-links' });
      await page.getByText(en('feeds.emptyTitle')).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-feeds-none');
      await button(page, 'feeds.create').click();
      const form = dialog(page, 'feeds.create');
      await form.getByLabel(en('fields.name')).fill('My phone');
      await pick(page, en('feeds.site'), 'Harbour');
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-feeds-form');
      await button(form, 'feeds.createSubmit').click();
      const made = dialog(page, 'feeds.createdTitle');
      const link = await made.getByRole('status', { name: en('feeds.one') }).innerText();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-feeds-made');

      // As any calendar would, without an account.
      const answer = await fetch(link);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get('content-type'), /^text\/calendar/);
      const events = (await answer.text()).split('BEGIN:VEVENT').slice(1);
      const { reservations } = await api.get(
        `/api/v6/reservations?site_id=${site.id}&page_size=100`,
      );
      assert.ok(reservations.length > 9);
      for (const { id } of reservations)
        assert.equal(events.filter((event) => event.includes(id)).length, 1, id);

      await made.getByRole('checkbox', { name: en('secret.kept') }).check();
      await button(made, 'secret.close').click();
      await page
        .getByRole('row', { name: /My phone/ })
        .getByRole('link', { name: 'Harbour' })
        .waitFor();
      assert.equal(await page.getByText(new URL(link).searchParams.get('token')).count(), 0);
      // It was read a moment ago.
      await page.reload();
      await page.getByRole('columnheader', { name: en('feeds.lastUsed') }).waitFor();
      const row = page.getByRole('row', { name: /My phone/ });
      await row.waitFor();
      assert.equal(await row.getByText(en('common.never'), { exact: true }).count(), 0);
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'series-feeds');
      await button(page, 'feeds.revokeNamed', { name: 'My phone' }).click();
      const question = dialog(page, 'feeds.revokeTitle', { name: 'My phone' });
      await button(question, 'feeds.revoke').click();
      await page.getByText(en('feeds.emptyTitle')).waitFor();
      const after = await fetch(link);
      assert.equal(after.status, 404);
      assert.doesNotMatch(await after.text(), /VEVENT/);
    }));
});
