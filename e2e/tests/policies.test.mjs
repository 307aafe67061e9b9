/** What lamps show: a policy is made, seen before it governs, activated, and taken back; bays are closed and come back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { register } from '../harness/estate.mjs';
import { hasRing } from '../harness/lamps.mjs';
import { en } from '../harness/texts.mjs';
import { signIn } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Lena Brandt', email: 'lena@lamps.test', password: PASSWORD };
const dialog = (page, name) => page.getByRole('dialog', { name });

let ready = null;
const customer = () => {
  ready ??= (async () => {
    const full = await register(OWNER, 'Harbour Lamps');
    const site = await full.api.post('/api/v6/sites', {
      name: 'Old quay',
      timezone: 'Europe/Paris',
    });
    const zone = await full.api.post('/api/v6/zones', { site_id: site.id, name: 'East' });
    const { spaces } = await full.api.post('/api/v6/spaces/bulk', {
      site_id: site.id,
      pattern: 'Q-1…Q-3',
      template: { zone_id: zone.id },
    });
    const lamp = await full.api.post('/api/v6/devices', {
      dev_eui: '2020203907290041',
      name: 'Lamp of Q-1',
      model: 'plenom-busylight-omega',
    });
    await full.api.post(`/api/v6/devices/${lamp.id}/assign`, { space_id: spaces[0].id });
    return { ...full, site, zone, bay: spaces[0], lamp };
  })();
  return ready;
};

describe('lamps', () => {
  test('follow a policy that was edited, previewed and activated, and the step can be taken back', () =>
    withPages(async (visit) => {
      const { api, site, bay } = await customer();
      const { page } = await visit();
      await signIn(page, OWNER);
      // Somebody else watches the lamps, and never asks for the page again.
      const { page: watched } = await visit();
      await signIn(watched, OWNER, { path: `/operations?site_id=${site.id}` });
      const ring = watched.locator(`[data-bay="${bay.id}"] [data-lamp] circle`).first();
      await hasRing(ring, 'FFFFFF');
      await watched.getByText(en('dataAge.live'), { exact: true }).last().waitFor();
      await page.goto('/settings/lamps');
      await page.getByText(en('displayPolicies.emptyTitle')).waitFor({ timeout: 60_000 });
      await page.getByRole('button', { name: en('displayPolicies.create') }).click();
      const editor = dialog(page, en('displayPolicies.create'));
      await editor.getByLabel(en('fields.name')).fill('Night');
      await editor
        .getByText('Nothing changes: the lamps of all 3 bays', { exact: false })
        .waitFor();
      await editor.getByLabel(en('lamps.states.unknown'), { exact: true }).fill('1020ff');
      await editor.getByText('3 bays of 3 change', { exact: false }).waitFor();
      await editor.getByLabel(en('lamps.states.unknown'), { exact: true }).fill('ffffff');
      await editor
        .getByText('Nothing changes: the lamps of all 3 bays', { exact: false })
        .waitFor();
      await editor
        .getByRole('button', { name: en('displayPolicies.everyBay_other', { count: 3 }) })
        .click();
      for (const code of ['Q-1', 'Q-2', 'Q-3'])
        await editor.getByText(code, { exact: true }).waitFor();
      await editor.getByLabel(en('lamps.states.unknown'), { exact: true }).fill('1020ff');
      await editor.getByText('3 bays of 3 change', { exact: false }).waitFor();
      await editor.getByRole('button', { name: en('displayPolicies.createSubmit') }).click();
      await editor.waitFor({ state: 'hidden' });

      await page
        .getByRole('button', { name: en('displayPolicies.actionsFor', { name: 'Night' }) })
        .click();
      await page.getByRole('menuitem', { name: en('displayPolicies.activate') }).click();
      const before = dialog(page, en('displayPolicies.activateTitle', { name: 'Night' }));
      await before.getByText('3 bays of 3 change', { exact: false }).waitFor();
      await before.getByRole('button', { name: en('displayPolicies.activate') }).click();
      await page.getByText(en('displayPolicies.activated', { name: 'Night' })).waitFor();
      const active = await api.get('/api/v6/display-policies?is_active=true');
      assert.equal(active.display_policies[0].settings.unknown_color, '1020FF');
      await hasRing(ring, '1020FF');

      await page.getByRole('button', { name: en('common.undo') }).click();
      await page.getByText(en('common.undone')).waitFor();
      assert.equal((await api.get('/api/v6/display-policies?is_active=true')).total, 0);
      await hasRing(ring, 'FFFFFF');
      // What it should show is a list away for programs too.
      const { spaces } = await api.get(
        `/api/v6/spaces?site_id=${site.id}&include_lamps=true&sort=code`,
      );
      assert.equal(spaces[0].lamp.wanted.look.color, 'FFFFFF');
      assert.deepEqual([spaces[1].lamp, spaces[2].lamp], [undefined, undefined]);

      await api.post('/api/v6/display-policies', { name: 'On the quay', site_id: site.id });
      await page.reload();
      await page.getByRole('combobox', { name: en('spaces.filterSite') }).click();
      await page
        .locator('.ant-select-dropdown:visible')
        .getByText('Old quay', { exact: true })
        .click();
      await page
        .getByRole('button', { name: en('displayPolicies.open', { name: 'Night' }) })
        .waitFor({ state: 'hidden' });
      await page
        .getByRole('button', { name: en('displayPolicies.open', { name: 'On the quay' }) })
        .waitFor();
    }));

  test('show a zone that is blocked, and all of a site in an emergency until it is taken back', () =>
    withPages(async (visit) => {
      const { api, site } = await customer();
      const { page } = await visit();
      await signIn(page, OWNER);
      await api.post('/api/v6/overrides/bulk', {
        target: { site_id: site.id },
        kind: 'blocked',
        reason: 'Fish market',
      });
      await page.goto('/overrides?stage=in_force');
      await page.getByText('Fish market').first().waitFor({ timeout: 60_000 });
      await page.getByRole('button', { name: en('overrides.actionsFor', { code: 'Q-1' }) }).click();
      await page.getByRole('menuitem', { name: en('overrides.end') }).click();
      await page.getByText(en('overrides.endedOne', { code: 'Q-1' })).waitFor();
      assert.equal((await api.get('/api/v6/overrides?stage=in_force')).total, 2);
      await page.getByRole('button', { name: en('common.undo') }).click();
      await page.getByText(en('common.undone')).waitFor();
      assert.equal((await api.get('/api/v6/overrides?stage=in_force')).total, 3);
      await page.getByRole('button', { name: en('overrides.actionsFor', { code: 'Q-2' }) }).click();
      await page.getByRole('menuitem', { name: en('overrides.edit') }).click();
      const change = dialog(page, en('overrides.editTitle', { code: 'Q-2' }));
      await change.getByLabel(en('spaces.reason')).fill('Flea market');
      await change.getByRole('button', { name: en('common.save') }).click();
      await page.getByText('Flea market').waitFor();

      await page.goto(`/sites/${site.id}`);
      await page.getByRole('button', { name: en('emergency.start'), exact: true }).click();
      const form = dialog(page, en('emergency.startTitle', { site: 'Old quay' }));
      await form.getByLabel(en('spaces.reason')).fill('Smoke');
      await form.getByRole('button', { name: en('emergency.startSubmit') }).click();
      await page.getByText(en('emergency.banner.all_red', { site: 'Old quay' })).waitFor();
      await page.goto(`/operations?site_id=${site.id}`);
      await page.getByText(en('emergency.banner.all_red', { site: 'Old quay' })).waitFor();
      await page.getByRole('button', { name: en('emergency.end') }).click();
      const back = dialog(page, en('emergency.endTitle', { site: 'Old quay' }));
      await back.getByRole('button', { name: en('emergency.end') }).click();
      await page
        .getByText(en('emergency.banner.all_red', { site: 'Old quay' }))
        .waitFor({ state: 'hidden' });
      assert.equal((await api.get(`/api/v6/sites/${site.id}`)).emergency, null);
    }));

  test('are tried out in any colour, and told anything, from the page of the device', () =>
    withPages(async (visit) => {
      const { api, lamp } = await customer();
      const { page } = await visit();
      await signIn(page, OWNER, { path: `/devices/${lamp.id}` });
      await page.getByLabel(new RegExp(`^${en('lamps.color')}`)).fill('#00ff7f');
      await page.getByRole('button', { name: en('lamps.testSubmit') }).click();
      await page.getByText(en('lamps.testing_other', { count: 30 })).waitFor();
      await page.getByLabel(en('lamps.payload')).fill('ff 00 00');
      await page.getByRole('button', { name: en('lamps.rawSubmit') }).click();
      await page.getByText(en('lamps.rawSent')).waitFor();
      const { downlinks } = await api.get('/api/v6/downlinks?kind=raw');
      assert.deepEqual(
        downlinks.map(({ payload, f_port }) => [payload, f_port]),
        [['ff0000', 15]],
      );
    }));

  test('bays are closed for a while: reservations in the way are named, then moved, and the end is taken back', () =>
    withPages(async (visit) => {
      const { api, site } = await customer();
      const { page, watch } = await visit();
      const { spaces } = await api.post('/api/v6/spaces/bulk', {
        site_id: site.id,
        pattern: 'R-1…R-2',
      });
      const zone = await api.post('/api/v6/zones', { site_id: site.id, name: 'Fish hall' });
      await api.patch(`/api/v6/spaces/${spaces[0].id}`, { zone_id: zone.id });
      const soon = (hours) =>
        new Date(Math.ceil(Date.now() / 3_600_000 + hours) * 3_600_000).toISOString();
      const booked = await api.post('/api/v6/reservations', {
        space_id: spaces[0].id,
        start_time: soon(2),
        end_time: soon(3),
      });
      await signIn(page, OWNER, { path: '/overrides/closures?create=1' });
      const form = dialog(page, en('closures.create'));
      await form.getByLabel(en('fields.name')).fill('Auction');
      await pick(page, form, en('spaces.site'), 'Old quay');
      await pick(page, form, en('spaces.zone'), 'Fish hall');
      await form.getByLabel(en('spaces.reason')).fill('Fish auction');
      // Somebody has reserved one of them: refused once or twice, by Enter and by the button.
      watch.allow(/\/api\/v6\/closures$/);
      await form.getByLabel(en('spaces.until')).fill('2031-05-01 12:00');
      await page.keyboard.press('Enter');
      await form.getByRole('button', { name: en('closures.submit') }).click();
      const inTheWay = form.getByRole('region', { name: en('closures.inTheWay') });
      await inTheWay.getByText(en('closures.why.refused'), { exact: false }).waitFor();
      await form.getByText(en('closures.bookings.move'), { exact: true }).click();
      await form.getByRole('button', { name: en('closures.submit') }).click();
      await form.waitFor({ state: 'hidden' });
      assert.notEqual((await api.get(`/api/v6/reservations/${booked.id}`)).space_id, spaces[0].id);

      const actions = page.getByRole('button', {
        name: en('closures.actionsFor', { name: 'Auction' }),
      });
      await actions.click();
      await page.getByRole('menuitem', { name: en('closures.edit') }).click();
      const edit = dialog(page, en('closures.editTitle', { name: 'Auction' }));
      await edit.getByLabel(en('spaces.reason')).fill('Two auctions');
      await edit.getByRole('button', { name: en('common.save') }).click();
      await edit.waitFor({ state: 'hidden' });
      await page.getByText('Two auctions').first().waitFor();

      await actions.click();
      await page.getByRole('menuitem', { name: en('closures.end') }).click();
      const sure = dialog(page, en('closures.endTitle', { name: 'Auction' }));
      await sure.getByRole('button', { name: en('closures.end') }).click();
      await page.getByText(en('closures.endedKept', { name: 'Auction' })).waitFor();
      await page.getByRole('button', { name: en('common.undo') }).click();
      await page.getByText(en('common.undone')).waitFor();
      const { closures } = await api.get('/api/v6/closures');
      assert.deepEqual(
        closures.map(({ stage }) => stage),
        ['in_force'],
      );
    }));
});

/** Chooses from a list that is opened by its label. */
async function pick(page, form, label, option) {
  await form.getByRole('combobox', { name: label }).click();
  await page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).click();
}
