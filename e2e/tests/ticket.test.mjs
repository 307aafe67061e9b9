/** A guest: given a link by an operator, sees the reservation on a phone, checks in, leaves, cancels; and finds nothing once it is renewed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EVERYTHING, violations } from '../harness/axe.mjs';
import { NARROW, settle } from '../harness/browser.mjs';
import { register } from '../harness/estate.mjs';
import { portraits } from '../harness/portraits.mjs';
import { en, text } from '../harness/texts.mjs';
import { signIn } from '../harness/visitor.mjs';
import { OUTPUT, PASSWORD, the, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Gwen Arden', email: 'gwen@tickets.test', password: PASSWORD };
const fr = (key, values) => text('fr', key, values);
const HOUR = 3_600_000;

let ready = null;
const customer = () => {
  ready ??= (async () => {
    const full = await register(OWNER, 'Tickets Parking');
    const place = { address: '1 Quay Street', postal_code: '56100', city: 'Lorient' };
    const site = await full.api.post('/api/v6/sites', {
      name: 'Harbour',
      timezone: 'Europe/Paris',
      ...place,
    });
    return { ...full, site };
  })();
  return ready;
};

let bays = 0;

/** A bay of its own, reserved from now in so many hours for two. */
async function reserved(hours) {
  const { api, site } = await customer();
  bays += 1;
  const bay = await api.post('/api/v6/spaces', { site_id: site.id, code: `G-${bays}` });
  const start = Date.now() + hours * HOUR;
  return api.post('/api/v6/reservations', {
    space_id: bay.id,
    start_time: new Date(start).toISOString(),
    end_time: new Date(start + 2 * HOUR).toISOString(),
    holder: { name: 'Ada Lovelace', email: 'ada@tickets.test' },
  });
}

async function linkOf({ id }) {
  const { api } = await customer();
  const { url } = await api.get(`/api/v6/reservations/${id}/ticket`);
  return here(url);
}

/** The link, at the address the test reaches the server by. */
const here = (url) => `${the().base}${new URL(url).pathname}${new URL(url).hash}`;

/** Presses a button of the page and the one of the question that follows. */
async function does(page, word, code, t = en) {
  await page
    .getByRole('main')
    .getByRole('button', { name: t(`tickets.${word}.verb`) })
    .click();
  const question = page.getByRole('dialog', { name: t(`tickets.${word}.title`, { code }) });
  await question.getByRole('button', { name: t(`tickets.${word}.verb`) }).click();
  await question.waitFor({ state: 'hidden' });
}

const stage = (page, name, t = en) =>
  page.getByText(t(`tickets.stages.${name}.name`), { exact: true }).first();

describe('a guest', () => {
  test('is handed a link from the list of reservations, which is good until it is renewed', () =>
    withPages(async (visit) => {
      const { space_code: code, id } = await reserved(0);
      const { page, watch } = await visit();
      await signIn(page, OWNER, { path: `/reservations?reservation=${id}` });
      const drawer = page.getByRole('dialog', { name: `${en('reservations.one')} ${code}` });
      await drawer.getByRole('button', { name: en('table.actions') }).click();
      await page.getByRole('menuitem', { name: en('ticketLink.open') }).click();
      const dialog = page.getByRole('dialog', { name: en('ticketLink.title', { code }) });
      const shown = dialog.getByRole('status', { name: en('ticketLink.link') });
      const old = await shown.innerText();
      await dialog.getByRole('img', { name: en('ticketLink.qr') }).waitFor();
      await settle(page, watch);
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await page.screenshot({ path: `${OUTPUT}ticket-link-light-1440.png` });

      // Whoever is signed in sees it like a guest.
      const { page: colleague } = await visit();
      await signIn(colleague, OWNER);
      await colleague.goto(here(old));
      await stage(colleague, 'open').waitFor();

      await dialog.getByRole('button', { name: en('ticketLink.renew') }).click();
      const question = page.getByRole('dialog', { name: en('ticketLink.renewTitle') });
      await question.getByRole('button', { name: en('ticketLink.renew') }).click();
      await page.getByText(en('ticketLink.renewed')).waitFor();
      const renewed = await shown.innerText();
      assert.notEqual(renewed, old);

      const { page: guest, watch: theirs } = await visit();
      theirs.allow(/\/api\/v6\/ticket/);
      await guest.goto(here(old));
      await guest.getByText(en('tickets.wrong')).waitFor();
      await portraits(guest, theirs, 'ticket-wrong', { back: NARROW });
      await guest.goto('/ticket');
      await guest.getByText(en('tickets.wrong')).waitFor();
      await guest.goto('about:blank');
      await guest.goto(here(renewed));
      await stage(guest, 'open').waitFor();
      assert.ok(!(await guest.content()).includes('Ada'), 'the page says for whom it is');
    }));

  test('checks in and leaves, on a phone, in French', () =>
    withPages(async (visit) => {
      const { api } = await customer();
      const one = await reserved(0);
      const { page, watch } = await visit({ locale: 'fr-FR', timezoneId: 'America/New_York' });
      await page.setViewportSize(NARROW);
      const sent = [];
      page.on('request', (request) => sent.push(request.url()));
      const link = await linkOf(one);
      await page.goto(link);
      await stage(page, 'open', fr).waitFor();
      const from = new Intl.DateTimeFormat('fr-FR', {
        dateStyle: 'medium',
        timeStyle: 'short',
        hourCycle: 'h23',
        timeZone: 'Europe/Paris',
      }).format(new Date(one.start_time));
      await page.getByText(from, { exact: true }).waitFor();
      await page.getByText(/Europe\/Paris, UTC\+[12]/).waitFor();
      await page.getByText('56100 Lorient').waitFor();
      await portraits(page, watch, 'ticket-open-fr', { back: NARROW });
      await does(page, 'checkIn', one.space_code, fr);
      await stage(page, 'present', fr).waitFor();
      assert.equal((await api.get(`/api/v6/reservations/${one.id}`)).checked_in_by, 'person');
      await portraits(page, watch, 'ticket-present-fr', { back: NARROW });
      await does(page, 'checkOut', one.space_code, fr);
      await stage(page, 'left', fr).waitFor();
      assert.equal((await api.get(`/api/v6/reservations/${one.id}`)).status, 'completed');
      const secret = new URL(link).hash.slice(1);
      assert.ok(
        sent.length > 0 && !sent.some((url) => url.split('#')[0].includes(secret)),
        'the secret is in an address',
      );
    }));

  test('sees what is to come, is told when the page is out of date, and gives the bay back', () =>
    withPages(async (visit) => {
      const { api, site } = await customer();
      const one = await reserved(5);
      const { page, watch } = await visit();
      await page.setViewportSize(NARROW);
      await page.goto(await linkOf(one));
      await stage(page, 'upcoming').waitFor();
      assert.equal(await page.getByRole('button', { name: en('tickets.checkIn.verb') }).count(), 0);
      await portraits(page, watch, 'ticket-upcoming', { back: NARROW });

      watch.allow(/\/api\/v6\/ticket/);
      await page.route('**/api/v6/ticket', (route) => route.abort());
      await page.getByRole('button', { name: en('dataAge.refresh') }).click();
      await page.getByText(en('tickets.offline')).waitFor();
      await page.getByText(/could not refresh/).waitFor();
      await portraits(page, watch, 'ticket-offline', { back: NARROW });
      await page.unroute('**/api/v6/ticket');
      await page.getByRole('button', { name: en('dataAge.refresh') }).click();
      await page.getByText(en('tickets.offline')).waitFor({ state: 'hidden' });

      await does(page, 'cancel', one.space_code);
      await stage(page, 'cancelled').waitFor();
      await portraits(page, watch, 'ticket-cancelled', { back: NARROW });
      const asked = { site_id: site.id, from: one.start_time, to: one.end_time };
      const { spaces } = await api.post('/api/v6/reservations/check-availability', asked);
      assert.ok(
        spaces.find(({ space_code }) => space_code === one.space_code).is_free,
        'others can have the bay',
      );
    }));
});
