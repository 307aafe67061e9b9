/** What is held of a person is found, handed over and erased; the keyboard is enough for it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { EVERYTHING, violations } from '../harness/axe.mjs';
import { join, register } from '../harness/estate.mjs';
import { portraits } from '../harness/portraits.mjs';
import { en } from '../harness/texts.mjs';
import { fillLogin, follow, signIn } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Petra Lind', email: 'petra@people.test', password: PASSWORD };
const OPERATOR = { name: 'Olle Berg', email: 'olle@people.test', password: PASSWORD };
const GRACE = 'grace@people.test';

/** Two reservations of one person, the first of them over, and one of another. */
async function reserve(api) {
  const site = await api.post('/api/v6/sites', { name: 'Harbour', timezone: 'Europe/Paris' });
  const bay = await api.post('/api/v6/spaces', { site_id: site.id, code: 'A-1' });
  const at = (hours) =>
    new Date(Math.ceil(Date.now() / 3_600_000 + hours) * 3_600_000).toISOString();
  const book = (hours, holder) =>
    api.post('/api/v6/reservations', {
      space_id: bay.id,
      start_time: at(hours),
      end_time: at(hours + 2),
      holder,
      notes: 'needs the wide side',
    });
  const grace = { name: 'Grace Hopper', email: GRACE, plate: 'GH-1906' };
  const first = await book(24, grace);
  await api.call('PUT', `/api/v6/reservations/${first.id}/cancel`, { reason: 'ill' });
  await book(48, grace);
  await book(72, { name: 'Bob Noyce', email: 'bob@people.test' });
}

const find = async (page, person) => {
  await page.getByLabel(en('people.person')).fill(person);
  await page.keyboard.press('Enter');
};

describe('personal data', () => {
  test('of a person is found, saved as a file and erased, and of others it stays', () =>
    withPages(async (visit) => {
      const customer = await register(OWNER, 'People Parking');
      await reserve(customer.api);
      const { page, watch } = await visit();
      await signIn(page, OWNER);
      await follow(page, 'nav.people');
      await page.getByRole('heading', { level: 1, name: en('people.title') }).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await find(page, 'nobody@people.test');
      await page.getByText(en('people.nothing', { person: 'nobody@people.test' })).waitFor();

      await find(page, 'Grace@People.test');
      const held = page.getByRole('region', { name: en('people.found', { person: GRACE }) });
      await held.getByText('GH-1906').waitFor();
      await portraits(page, watch, 'people-found');
      const download = page.waitForEvent('download');
      await held.getByRole('button', { name: en('people.export') }).click();
      const saved = JSON.parse(readFileSync(await (await download).path(), 'utf8'));
      assert.deepEqual(
        saved.reservations.map(({ status, notes }) => [status, notes]),
        [
          ['confirmed', 'needs the wide side'],
          ['cancelled', 'needs the wide side'],
        ],
      );

      // By keyboard alone: nothing is erased before it is said what becomes of what lies ahead, and who is meant.
      const open = held.getByRole('button', { name: en('people.erase') });
      await open.focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: en('people.eraseTitle', { person: GRACE }) });
      const erase = dialog.getByRole('button', { name: en('people.erase') });
      await erase.waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await dialog.getByLabel(en('people.typeToConfirm', { person: GRACE })).fill(GRACE);
      assert.equal(await erase.isEnabled(), false);
      await dialog.getByRole('checkbox').focus();
      await page.keyboard.press('Space');
      await portraits(page, watch, 'people-erase');
      await erase.focus();
      await page.keyboard.press('Enter');
      await page.getByText(en('people.erased_other', { formatted: 2 })).waitFor();
      await page.getByText(en('people.nothing', { person: GRACE })).waitFor();

      await page.goto('/reservations');
      await page.getByText('Bob Noyce').first().waitFor();
      assert.equal(await page.getByText('Grace Hopper').count(), 0);
      // The log says that it was done, and not to whom.
      await page.goto('/audit-log');
      await page.getByText(en('audit.actions.person.erased')).first().waitFor();
      assert.equal(await page.getByText(GRACE).count(), 0);
    }));

  test('is kept for as long as the terms say, and not for operators to erase', () =>
    withPages(async (visit) => {
      const customer = await register({ ...OWNER, email: 'pia@people.test' }, 'Keeping Parking');
      await join(customer, OPERATOR, 'operator');
      const site = await customer.api.post('/api/v6/sites', {
        name: 'Quay',
        timezone: 'Europe/Paris',
      });
      const { page } = await visit();
      await signIn(page, { ...OWNER, email: 'pia@people.test' });
      await page.goto('/settings/reservations');
      const label = en('terms.fields.retention_days.label');
      const days = page.getByRole('spinbutton', { name: label });
      await days.fill('30');
      await page.getByRole('button', { name: en('common.save'), exact: true }).click();
      await page.getByText(en('terms.saved')).waitFor();
      // It holds at each site, and is said at none.
      await page.goto(`/settings/reservations?site_id=${site.id}`);
      await days.waitFor();
      assert.equal(await days.inputValue(), '30');
      assert.equal(await days.isDisabled(), true);

      const { page: other } = await visit();
      await other.goto('/settings/personal-data');
      await fillLogin(other, OPERATOR);
      await other.getByText('people:manage').waitFor();
    }));
});
