/** Letters: switched on for one site, in French; whoever a bay is reserved for is written to, and the letter's link shows their ticket. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EVERYTHING, violations } from '../harness/axe.mjs';
import { settle } from '../harness/browser.mjs';
import { register } from '../harness/estate.mjs';
import { en, text } from '../harness/texts.mjs';
import { signIn } from '../harness/visitor.mjs';
import { OUTPUT, PASSWORD, the, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Lena Brandt', email: 'lena@letters.test', password: PASSWORD };
const HOUR = 3_600_000;
/** A letter leaves ten seconds after what it tells, when a worker looks. */
const PATIENCE = 60_000;
const fr = (key, values) => text('fr', key, values);
const button = (page, key) => page.getByRole('button', { name: en(key), exact: true });

/** Books an hour of a bay in the browser for somebody who has an address. */
async function books(page, site, bay, { start, email }) {
  const query = new URLSearchParams({
    site_id: site.id,
    space_id: bay.id,
    from: start.toISOString(),
    until: new Date(start.getTime() + HOUR).toISOString(),
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
  await page.getByLabel(en('reservations.email')).fill(email);
  await reserve.click();
  await page.getByText(/^Bay L-1 is reserved from/).waitFor();
}

/** How a French letter writes an instant, by the clocks of Paris. */
function inParis(at) {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Paris',
    dateStyle: 'short',
    timeStyle: 'short',
  }).formatToParts(at);
  const { day, month, year, hour, minute } = Object.fromEntries(
    parts.map(({ type, value }) => [type, value]),
  );
  return `${day}.${month}.${year} à ${hour}:${minute}`;
}

const utc = (at) => `${at.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;

/** What a line of a letter's calendar says. */
const said = ({ calendar }, name) => new RegExp(`^${name}:(.*)$`, 'm').exec(calendar)?.[1];

describe('letters', () => {
  test('are chosen with the terms, tell where and when, and lead to the ticket', () =>
    withPages(async (visit) => {
      const { mailbox } = the();
      const { api } = await register(OWNER, 'Letters Parking');
      const place = { address: '1 Quay Street', postal_code: '56100', city: 'Lorient' };
      const site = await api.post('/api/v6/sites', {
        name: 'Harbour',
        timezone: 'Europe/Paris',
        ...place,
      });
      const bay = await api.post('/api/v6/spaces', { site_id: site.id, code: 'L-1' });
      const quiet = await api.post('/api/v6/sites', { name: 'Quiet', timezone: 'Europe/Paris' });
      const quietBay = await api.post('/api/v6/spaces', { site_id: quiet.id, code: 'L-1' });
      await api.call('PUT', `/api/v6/reservations/terms?site_id=${quiet.id}`, { letters: 'off' });
      const { page, watch } = await visit();
      await signIn(page, OWNER, { path: `/settings/reservations?site_id=${site.id}` });
      const choice = (name) => page.getByRole('radio', { name: en(`terms.letters.${name}`) });
      await choice('off').check();
      await button(page, 'common.save').click();
      await page.getByText(en('terms.standingAt.site', { site: 'Harbour' })).waitFor();
      const day = new Date(Math.ceil(Date.now() / HOUR) * HOUR + 48 * HOUR);
      // Told before anything below is, if it were told at all.
      await books(page, quiet, quietBay, { start: day, email: 'silent@people.test' });

      // By the keyboard, from none to the last.
      await page.goto(`/settings/reservations?site_id=${site.id}`);
      await choice('off').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      assert.ok(await choice('fr').isChecked());
      await page
        .getByRole('spinbutton', { name: en('terms.fields.reminder_minutes.label') })
        .fill('90');
      await settle(page, watch);
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await page.screenshot({ path: `${OUTPUT}letters-terms-light-1440.png`, fullPage: true });
      await button(page, 'common.save').click();
      await page
        .getByText(en('terms.savedAt', { site: 'Harbour' }))
        .last()
        .waitFor();
      const start = new Date(day.getTime() + 3 * HOUR);
      await books(page, site, bay, { start, email: 'ada@letters.test' });

      const letter = await mailbox.letterTo('ada@letters.test', /réservée/, PATIENCE);
      for (const words of [
        'La place L-1 à Harbour vous est réservée.',
        'Place L-1. Harbour, 1 Quay Street, 56100 Lorient.',
        `Du ${inParis(start)} (UTC+`,
        'à l’heure de Europe/Paris.',
      ]) {
        assert.ok(letter.text.includes(words), `${words}\n${letter.text}`);
      }
      assert.equal(said(letter, 'METHOD'), 'PUBLISH');
      assert.equal(said(letter, 'DTSTART'), utc(start));
      const { reservations } = await api.get(`/api/v6/reservations?space_id=${bay.id}`);
      const one = reservations.find(({ holder }) => holder?.email === 'ada@letters.test');
      assert.equal(said(letter, 'UID'), one.id);

      const { page: guest } = await visit({ locale: 'fr-FR' });
      await guest.goto(letter.link);
      await guest.getByText(fr('tickets.stages.upcoming.name'), { exact: true }).first().waitFor();
      await guest.getByText('56100 Lorient').waitFor();
      const verb = fr('tickets.cancel.verb');
      await guest.getByRole('main').getByRole('button', { name: verb }).click();
      await guest.getByRole('dialog').getByRole('button', { name: verb }).click();
      await guest.getByText(fr('tickets.stages.cancelled.name'), { exact: true }).first().waitFor();
      const off = await mailbox.letterTo('ada@letters.test', /annulée/, PATIENCE);
      assert.equal(said(off, 'UID'), one.id);
      assert.equal(said(off, 'STATUS'), 'CANCELLED');
      assert.ok(
        Number(said(off, 'SEQUENCE')) > Number(said(letter, 'SEQUENCE')),
        'the later one counts',
      );
      assert.ok(
        !mailbox.letters.some(({ to }) => to.includes('silent@people.test')),
        'nobody was to be written to then',
      );
    }));
});
