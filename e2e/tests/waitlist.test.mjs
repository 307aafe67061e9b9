/** Somebody finds a bay taken and waits; it becomes free, is offered while they look or by a letter, and they claim it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COLOURS, EVERYTHING, violations } from '../harness/axe.mjs';
import { NARROW } from '../harness/browser.mjs';
import { register } from '../harness/estate.mjs';
import { portraits } from '../harness/portraits.mjs';
import { en, text } from '../harness/texts.mjs';
import { follow, signIn } from '../harness/visitor.mjs';
import { PASSWORD, the, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Wanda Tarry', email: 'wanda@waiting.test', password: PASSWORD };
const HOST = { name: 'Wilma Post', email: 'wilma@waiting.test', password: PASSWORD };
/** A letter leaves ten seconds after what it tells, when a worker looks. */
const PATIENCE = 60_000;
const fr = (key, values) => text('fr', key, values);
const drawer = (page, name) => page.getByRole('dialog', { name });

/** A day from now, at a full hour of UTC. */
const soon = (hours) => {
  const day = new Date(Date.now() + 86_400_000);
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), hours));
};
/** The same as the fields have it, on the clocks of a site in UTC. */
const typed = (at) => at.toISOString().slice(0, 16).replace('T', ' ');

async function fill(field, value) {
  await field.fill(value);
  await field.press('Tab');
}

/** The row of the list that says so. */
const rowOf = (page, text) => page.getByRole('row').filter({ hasText: text });

describe('the waiting list', () => {
  test('who is refused a bay waits, is offered it when it becomes free, and claims it', () =>
    withPages(async (visit) => {
      const { api } = await register(OWNER, 'Waiting Parking');
      const site = await api.post('/api/v6/sites', { name: 'Pier', timezone: 'UTC' });
      const bay = await api.post('/api/v6/spaces', { site_id: site.id, code: 'A-1' });
      const { page, watch } = await visit();
      await signIn(page, OWNER);
      await follow(page, 'nav.reservations');
      await page.getByRole('link', { name: en('waitlist.tab'), exact: true }).click();
      await page.getByText(en('waitlist.emptyTitle')).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'waitlist-empty');

      const booked = await api.post('/api/v6/reservations', {
        space_id: bay.id,
        start_time: soon(9).toISOString(),
        end_time: soon(11).toISOString(),
        holder: { name: 'Grace Hopper' },
      });

      // From the bay: refused, and on the list for the same time.
      await page.goto(`/bays?bay=${bay.id}`);
      const place = drawer(page, 'Bay A-1');
      await place.getByRole('button', { name: en('reservations.reserve') }).click();
      const form = drawer(page, en('reservations.reserveTitle', { code: 'A-1' }));
      await fill(form.getByLabel(en('reservations.from'), { exact: true }), typed(soon(9)));
      await fill(form.getByLabel(en('reservations.until'), { exact: true }), typed(soon(10)));
      await form.getByLabel(en('reservations.name')).fill('Ada Lovelace');
      watch.allow(/\/api\/v6\/reservations$/);
      await form.getByRole('button', { name: en('reservations.reserve') }).click();
      await form.getByText(en('errors.codes.slot_taken')).waitFor();
      assert.deepEqual(await violations(page, COLOURS), []);
      await portraits(page, watch, 'waitlist-refused');
      await form.getByRole('button', { name: en('waitlist.join') }).click();
      await form.waitFor({ state: 'hidden' });
      await page.getByText(en('waitlist.joined', { n: 1 })).waitFor();

      // In three steps as well, as the second.
      const query = new URLSearchParams({
        site_id: site.id,
        space_id: bay.id,
        from: soon(9).toISOString(),
        until: soon(10).toISOString(),
      });
      await page.goto(`/reservations/new?${query}`);
      await page.getByLabel(en('reservations.name')).fill('Mary Shelley');
      await page.getByRole('button', { name: en('reservations.reserve'), exact: true }).click();
      await page.getByRole('button', { name: en('waitlist.join') }).click();
      await page.getByRole('heading', { level: 1, name: en('reservations.title') }).waitFor();
      await rowOf(page, 'Mary Shelley').waitFor();
      await rowOf(page, 'Ada Lovelace')
        .getByText(en('waitlist.statuses.waiting'), { exact: true })
        .waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'waitlist-waiting');

      // It becomes free while one looks: whoever asked first is offered it, and time runs.
      await api.delete(`/api/v6/reservations/${booked.id}`);
      const ada = rowOf(page, 'Ada Lovelace');
      await ada.getByText(en('waitlist.statuses.offered'), { exact: true }).waitFor();
      await ada.getByRole('timer').waitFor();
      await rowOf(page, 'Mary Shelley')
        .getByText(en('waitlist.statuses.waiting'), { exact: true })
        .waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'waitlist-offered');

      // Declined by keyboard, it goes to the next, who claims it.
      const act = async (who, key) => {
        await rowOf(page, who)
          .getByRole('button', { name: en('waitlist.actionsOf', { code: 'A-1' }) })
          .focus();
        await page.keyboard.press('Enter');
        await page.getByRole('menuitem', { name: en(key) }).click();
      };
      await act('Ada Lovelace', 'waitlist.decline');
      await page
        .getByRole('dialog')
        .getByRole('button', { name: en('waitlist.decline') })
        .click();
      await rowOf(page, 'Mary Shelley')
        .getByText(en('waitlist.statuses.offered'), { exact: true })
        .waitFor();
      await rowOf(page, 'Ada Lovelace').waitFor({ state: 'detached' });
      await act('Mary Shelley', 'waitlist.claim');
      await page.getByText(en('reservations.confirmed', { code: 'A-1' })).waitFor();
      await page.getByText(en('waitlist.emptyTitle')).waitFor();
      const { reservations } = await api.get(
        `/api/v6/reservations?space_id=${bay.id}&status=confirmed`,
      );
      assert.deepEqual(
        reservations.map(({ holder }) => holder.name),
        ['Mary Shelley'],
      );

      // Who let it go is still to be found.
      await page.goto('/reservations/waitlist?status=lapsed');
      await rowOf(page, 'Ada Lovelace')
        .getByText(en('waitlist.statuses.lapsed'), { exact: true })
        .waitFor();
      await portraits(page, watch, 'waitlist-lapsed');
    }));

  test('whoever waits is written to, and claims or declines on a phone without an account', () =>
    withPages(async (visit) => {
      const { mailbox } = the();
      const { api } = await register(HOST, 'Postal Parking');
      const site = await api.post('/api/v6/sites', { name: 'Mole', timezone: 'Europe/Paris' });
      const bay = await api.post('/api/v6/spaces', { site_id: site.id, code: 'M-1' });
      await api.call('PUT', `/api/v6/reservations/terms?site_id=${site.id}`, { letters: 'fr' });
      const slot = {
        space_id: bay.id,
        start_time: soon(9).toISOString(),
        end_time: soon(11).toISOString(),
      };
      const booked = await api.post('/api/v6/reservations', slot);
      const waits = (email) =>
        api.post('/api/v6/reservations/waitlist', { ...slot, holder: { name: 'Somebody', email } });
      await waits('first@waiting.test');
      const second = await waits('second@waiting.test');
      await api.delete(`/api/v6/reservations/${booked.id}`);

      const guest = async (email) => {
        const letter = await mailbox.letterTo(email, /proposée/, PATIENCE);
        assert.ok(
          letter.text.includes('La place M-1 à Mole s’est libérée et est retenue pour vous.'),
        );
        assert.ok(letter.text.includes('à l’heure de Europe/Paris.'), letter.text);
        const { page, watch } = await visit({ locale: 'fr-FR' });
        await page.setViewportSize(NARROW);
        await page.goto(letter.link);
        await page.getByText(fr('tickets.stages.offered.name'), { exact: true }).first().waitFor();
        await portraits(page, watch, `letter-${email.split('@')[0]}`);
        await page.setViewportSize(NARROW);
        assert.deepEqual(await violations(page, EVERYTHING), []);
        return page;
      };
      const does = async (page, word) => {
        const verb = fr(`tickets.${word}.verb`);
        await page.getByRole('main').getByRole('button', { name: verb }).focus();
        await page.keyboard.press('Enter');
        const question = page.getByRole('dialog', {
          name: fr(`tickets.${word}.title`, { code: 'M-1' }),
        });
        await question.getByRole('button', { name: verb }).click();
        await question.waitFor({ state: 'hidden' });
      };
      const declining = await guest('first@waiting.test');
      await does(declining, 'decline');
      await declining
        .getByText(fr('tickets.stages.lapsed.name'), { exact: true })
        .first()
        .waitFor();
      await mailbox.letterTo('first@waiting.test', /plus retenue/, PATIENCE);

      const claiming = await guest('second@waiting.test');
      await does(claiming, 'claim');
      await claiming
        .getByText(fr('tickets.stages.upcoming.name'), { exact: true })
        .first()
        .waitFor();
      await mailbox.letterTo('second@waiting.test', /réservée/, PATIENCE);
      const entry = await api.get(`/api/v6/reservations/waitlist/${second.id}`);
      assert.equal(entry.status, 'claimed');
      const held = await api.get(`/api/v6/reservations/${entry.reservation_id}`);
      assert.deepEqual([held.status, held.holder.email], ['confirmed', 'second@waiting.test']);
    }));
});
