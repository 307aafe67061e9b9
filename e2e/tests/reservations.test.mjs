/** Somebody reserves a bay from its drawer, is refused where others have it, and takes the reservation through its life. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COLOURS, EVERYTHING, violations } from '../harness/axe.mjs';
import { register } from '../harness/estate.mjs';
import { becomes, openLot } from '../harness/lot.mjs';
import { portraits } from '../harness/portraits.mjs';
import { en } from '../harness/texts.mjs';
import { escape, follow, signIn } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Rita Vorn', email: 'rita@reserve.test', password: PASSWORD };
const FINN = { name: 'Finn Dale', email: 'finn@crowded.test', password: PASSWORD };
const drawer = (page, name) => page.getByRole('dialog', { name });

describe('reservations', () => {
  test('a bay is reserved from its drawer, refused to the next, and given back', () =>
    withPages(async (visit) => {
      const { api } = await register(OWNER, 'Reserve Parking');
      const site = await api.post('/api/v6/sites', { name: 'Harbour', timezone: 'Europe/Paris' });
      const bay = await api.post('/api/v6/spaces', { site_id: site.id, code: 'A-1' });
      const { page, watch } = await visit();
      await signIn(page, OWNER);
      await follow(page, 'nav.reservations');
      await page.getByText(en('reservations.emptyTitle')).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'reservations-empty');

      await page.goto(`/bays?bay=${bay.id}`);
      const place = drawer(page, 'Bay A-1');
      await place.getByText(en('reservations.noneOfBay')).waitFor();
      await place.getByRole('button', { name: en('reservations.reserve') }).click();
      const form = drawer(page, en('reservations.reserveTitle', { code: 'A-1' }));
      await form.getByText('Europe/Paris').waitFor();
      await form.getByLabel(en('reservations.name')).fill('Ada Lovelace');
      await form.getByLabel(en('reservations.plate')).fill('ab-123-cd');
      await portraits(page, watch, 'reservations-form');
      await form.getByRole('button', { name: en('reservations.reserve') }).click();
      await form.waitFor({ state: 'hidden' });
      await place.getByText('Ada Lovelace').waitFor();

      // The same hour again: refused, and it says when others have it.
      watch.allow(/\/api\/v6\/reservations$/);
      await place.getByRole('button', { name: en('reservations.reserve') }).click();
      await form.getByRole('button', { name: en('reservations.reserve') }).click();
      await form.getByText(en('errors.codes.slot_taken')).waitFor();
      await form.getByText(en('reservations.takenTimes')).waitFor();
      assert.deepEqual(await violations(page, COLOURS), []);
      await portraits(page, watch, 'reservations-taken');
      await form.getByRole('button', { name: en('common.cancel') }).click();
      await form.waitFor({ state: 'hidden' });
      await portraits(page, watch, 'reservations-bay');

      await place.getByRole('link', { name: en('reservations.allOfBay') }).click();
      await page.getByRole('button', { name: en('reservations.open', { code: 'A-1' }) }).click();
      const one = drawer(page, 'Reservation A-1');
      await one.getByText('AB-123-CD').waitFor();
      const pick = async (action) => {
        await one.getByRole('button', { name: en('table.actions') }).click();
        await page.getByRole('menuitem', { name: en(action) }).click();
      };
      await pick('reservations.checkIn');
      await one.getByText(en('reservations.kinds.checked_in'), { exact: true }).waitFor();
      await pick('reservations.checkOut');
      await one.getByText(en('reservations.statuses.completed'), { exact: true }).first().waitFor();
      await portraits(page, watch, 'reservations-one');
      await escape(page, one);
      await portraits(page, watch, 'reservations-list');
    }));

  test('who finds somebody else in their bay is moved to one that is free', () =>
    withPages(async (visit) => {
      const { api, heard, says } = await openLot(FINN, 'Crowded Parking', { sensors: 2 });
      const [mine, other] = heard;
      // Whoever comes before the start has not come for it.
      await api.call('PUT', '/api/v6/reservations/terms', { early_minutes: 0 });
      await says(mine, true);
      await says(other, false);
      await becomes(api, mine, 'occupied');
      await becomes(api, other, 'free');
      const now = Date.now();
      const booked = await api.post('/api/v6/reservations', {
        space_id: mine.id,
        start_time: new Date(now).toISOString(),
        end_time: new Date(now + 3_600_000).toISOString(),
        holder: { name: 'Grace Hopper' },
      });
      const { page, watch } = await visit();
      await signIn(page, FINN, { path: `/reservations?reservation=${booked.id}` });
      const one = drawer(page, `Reservation ${mine.code}`);
      await one.getByText(en('reservations.insteadFree', { code: other.code })).waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      await portraits(page, watch, 'reservations-contested');
      await page.goto('/alarms');
      await page.getByText(en('alarms.kinds.contested.name')).first().waitFor();

      // Beside the bay and on the calendar it has a mark of its own, and so has what is only held.
      await api.post('/api/v6/reservations', {
        space_id: mine.id,
        start_time: new Date(now + 7_200_000).toISOString(),
        end_time: new Date(now + 10_800_000).toISOString(),
        hold_until: new Date(now + 600_000).toISOString(),
        holder: { name: 'Hedy Lamarr' },
      });
      await page.goto(`/bays?bay=${mine.id}`);
      const place = drawer(page, `Bay ${mine.code}`);
      const items = place.getByRole('listitem');
      await items.filter({ hasText: 'Grace Hopper' }).getByText(en('calendar.contested')).waitFor();
      await items
        .filter({ hasText: 'Hedy Lamarr' })
        .getByText(en('reservations.statuses.pending'))
        .waitFor();
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page, COLOURS), [], colorScheme);
      }
      await portraits(page, watch, 'reservations-marks-bay');
      await page.goto(`/reservations/calendar?site_id=${booked.site_id}`);
      const marked = page.getByRole('gridcell', {
        name: `${mine.code}, ${en('calendar.contested')}`,
      });
      await marked.waitFor();
      assert.equal(
        await marked.locator('[data-letter]').getAttribute('data-letter'),
        en('calendar.letters.contested'),
      );
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page, EVERYTHING), [], colorScheme);
      }
      await portraits(page, watch, 'reservations-marks-calendar');

      await page.goto(`/reservations?reservation=${booked.id}`);
      await one
        .getByRole('button', { name: en('reservations.takeInstead', { code: other.code }) })
        .click();
      await drawer(page, `Reservation ${other.code}`).waitFor();
      assert.equal((await api.get(`/api/v6/reservations/${booked.id}`)).space_code, other.code);
      await becomes(api, other, 'reserved');
    }));
});
