/** The terms of reservations: set for one site, felt there and nowhere else, and taken back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EVERYTHING, violations } from '../harness/axe.mjs';
import { settle } from '../harness/browser.mjs';
import { join, register } from '../harness/estate.mjs';
import { portraits } from '../harness/portraits.mjs';
import { en, text } from '../harness/texts.mjs';
import { follow, signIn, undo } from '../harness/visitor.mjs';
import { OUTPUT, PASSWORD, the, withPages } from '../harness/world.mjs';

const person = (name, email) => ({ name, email, password: PASSWORD });
const OWNER = person('Tess Arden', 'tess@terms.test');
const VIEWER = person('Vic Holm', 'vic@terms.test');

let ready = null;
const customer = () => {
  ready ??= (async () => {
    const full = await register(OWNER, 'Terms Parking');
    const site = async (name) => {
      const { id } = await full.api.post('/api/v6/sites', { name, timezone: 'Europe/Paris' });
      const bay = await full.api.post('/api/v6/spaces', { site_id: id, code: `${name}-1` });
      return { id, bay };
    };
    const sites = { harbour: await site('Harbour'), station: await site('Station') };
    await join(full, VIEWER, 'viewer');
    return { ...full, ...sites };
  })();
  return ready;
};

const field = (page, name, t = en) =>
  page.getByRole('spinbutton', { name: t(`terms.fields.${name}.label`) });
const button = (page, key) => page.getByRole('button', { name: en(key), exact: true });

/** Waits until a field shows a value. */
async function has(page, input, value) {
  await input.waitFor();
  await page.waitForFunction(
    ([element, value]) => element.value === value,
    [await input.elementHandle(), value],
  );
}

/** Three hours tomorrow, with all that is asked known; what is left is to say so. */
async function books(page, { id, bay }, hour) {
  const from = new Date(Math.ceil(Date.now() / 3_600_000 + 24 + hour) * 3_600_000);
  const until = new Date(from.getTime() + 3 * 3_600_000);
  const query = new URLSearchParams({
    site_id: id,
    space_id: bay.id,
    from: from.toISOString(),
    until: until.toISOString(),
  });
  await page.goto(`/reservations/new?${query}`);
  // From wherever what is known lets one begin.
  const reserve = button(page, 'reservations.reserve');
  const goOn = button(page, 'booking.goOn');
  await reserve.or(goOn).first().waitFor();
  while (!(await reserve.isVisible())) {
    await goOn.click();
    await settle(page);
  }
  await page.getByLabel(en('reservations.name')).fill('Ada Lovelace');
  await reserve.click();
}

describe('the terms of reservations', () => {
  test('are lowered at one site, felt there and not elsewhere, and taken back', () =>
    withPages(async (visit) => {
      const { harbour, station } = await customer();
      const { page, watch } = await visit();
      await signIn(page, OWNER);
      await follow(page, 'nav.reservationTerms');
      await page.getByText(en('terms.standing.standard')).waitFor();
      await has(page, field(page, 'duration_max_minutes'), '1440');
      await page.getByText('minutes = 1 day', { exact: true }).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'terms-tenant');

      // From the site to its terms.
      await page.goto(`/sites/${harbour.id}`);
      await page
        .getByRole('link', { name: en('terms.title') })
        .last()
        .click();
      await page.getByText(en('terms.standingAt.standard', { site: 'Harbour' })).waitFor();

      // What the server refuses stands at its field.
      watch.allow(/\/api\/v6\/reservations\/terms/);
      await field(page, 'duration_max_minutes').fill('4');
      await button(page, 'common.save').click();
      await page.getByText(en('errors.fields.outOfRange', { min: '5', max: '44640' })).waitFor();
      await page.waitForFunction(() => document.activeElement?.id === 'terms_duration_max_minutes');
      await portraits(page, watch, 'terms-refused');

      // Nobody leaves by accident: not for another page, not for another site.
      await page.getByRole('link', { name: en('terms.back') }).click();
      const question = page.getByRole('dialog', { name: en('leave.title') });
      await question.getByRole('button', { name: en('terms.stay') }).click();
      await question.waitFor({ state: 'hidden' });
      await has(page, field(page, 'duration_max_minutes'), '4');

      await field(page, 'duration_max_minutes').fill('60');
      // A reminder is an hour ahead as well, further down.
      await page.getByText('minutes = 1 hour', { exact: true }).first().waitFor();
      await button(page, 'common.save').click();
      await page.getByText(en('terms.standingAt.site', { site: 'Harbour' })).waitFor();
      await page.getByText(en('terms.elsewhere', { value: '1,440 minutes' })).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'terms-site');

      // Three hours are too long there, and say so; elsewhere they are had.
      await books(page, harbour, 0);
      await page.getByText(en('calendar.faults.tooLong', { n: '1' })).waitFor();
      await settle(page, watch);
      await page.screenshot({ path: `${OUTPUT}terms-felt-light-1440.png` });
      await books(page, station, 0);
      await page.getByText(/^Bay Station-1 is reserved from/).waitFor();

      await page.goto(`/settings/reservations?site_id=${harbour.id}`);
      await button(page, 'terms.takeTenants').click();
      const asked = page.getByRole('dialog', {
        name: en('terms.takeTenantsTitle', { site: 'Harbour' }),
      });
      const agree = asked.getByRole('button', { name: en('terms.takeTenants') });
      await agree.click();
      const follows = page.getByText(en('terms.standingAt.standard', { site: 'Harbour' }));
      await undo(page, follows.waitFor());
      await page.getByText(en('terms.standingAt.site', { site: 'Harbour' })).waitFor();
      await has(page, field(page, 'duration_max_minutes'), '60');
      await button(page, 'terms.takeTenants').click();
      await agree.click();
      await follows.waitFor();
      await has(page, field(page, 'duration_max_minutes'), '1440');
      await books(page, harbour, 0);
      await page.getByText(/^Bay Harbour-1 is reserved from/).waitFor();
    }));

  test('are not overwritten by whoever saves later', () =>
    withPages(async (visit) => {
      const { api, station } = await customer();
      const address = `/api/v6/reservations/terms?site_id=${station.id}`;
      const { page, watch } = await visit();
      await signIn(page, OWNER, { path: `/settings/reservations?site_id=${station.id}` });
      await field(page, 'grace_minutes').fill('20');
      await api.call('PUT', address, { early_minutes: 30 });
      await button(page, 'common.save').click();
      await page.getByText(en('conflict.title')).waitFor();
      await page.getByText(`${en('terms.fields.early_minutes.label')}: 30 minutes`).waitFor();
      await has(page, field(page, 'grace_minutes'), '20');
      await portraits(page, watch, 'terms-quarrel');
      await button(page, 'conflict.keepMine').click();
      await page.getByText(en('terms.savedAt', { site: 'Station' })).waitFor();
      await has(page, field(page, 'early_minutes'), '30');
      const { early_minutes, grace_minutes, source } = await api.get(address);
      assert.deepEqual(
        { early_minutes, grace_minutes, source },
        { early_minutes: 30, grace_minutes: 20, source: 'site' },
      );

      // Who has typed nothing sees what somebody else sets, as it is set.
      await page.getByText(en('conflict.title')).waitFor({ state: 'hidden' });
      await api.call('PUT', address, { early_minutes: 45, per_person_max: 2 });
      await has(page, field(page, 'early_minutes'), '45');
      // What somebody may have any number of is said without a number.
      const limit = page.getByRole('switch', {
        name: en('terms.limit', { what: en('terms.fields.per_person_max.label') }),
      });
      await limit.click();
      await page.getByText(en('terms.anyNumber'), { exact: true }).waitFor();
      await button(page, 'common.save').click();
      await page
        .getByText(en('terms.savedAt', { site: 'Station' }))
        .last()
        .waitFor();
      for (let tries = 0; (await api.get(address)).per_person_max !== null; tries += 1) {
        assert.ok(tries < 100, 'the limit is gone');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }));

  test('show a viewer everything, and why nothing can be changed', () =>
    withPages(async (visit) => {
      await customer();
      const account = await the().api.signIn(VIEWER);
      await account.patch('/api/v6/me', { language: 'fr' });
      const { page, watch } = await visit({ locale: 'fr-FR' });
      const fr = (key, values) => text('fr', key, values);
      await signIn(page, VIEWER, { path: '/reservations', t: fr });
      await page
        .getByRole('main')
        .getByRole('link', { name: fr('terms.title') })
        .click();
      await page.getByText(fr('terms.standing.standard')).waitFor();
      await page.getByText(fr('estate.adminsOnly')).first().waitFor();
      assert.ok(await field(page, 'grace_minutes', fr).isDisabled());
      const save = page.getByRole('button', { name: fr('common.save') });
      assert.equal(await save.getAttribute('aria-disabled'), 'true');
      await portraits(page, watch, 'terms-viewer-fr');
    }));
});
