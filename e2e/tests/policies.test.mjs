/** What lamps show: a policy is made, seen before it governs, activated, and taken back; bays are closed and come back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { register } from '../harness/estate.mjs';
import { en } from '../harness/texts.mjs';
import { signIn } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Lena Brandt', email: 'lena@lamps.test', password: PASSWORD };
const dialog = (page, name) => page.getByRole('dialog', { name });

let ready = null;
const customer = () => {
  ready ??= (async () => {
    const full = await register(OWNER, 'Harbour Lamps');
    const site = await full.api.post('/api/v6/sites', { name: 'Old quay', timezone: 'Europe/Paris' });
    const zone = await full.api.post('/api/v6/zones', { site_id: site.id, name: 'East' });
    await full.api.post('/api/v6/spaces/bulk', {
      site_id: site.id,
      pattern: 'Q-1…Q-3',
      template: { zone_id: zone.id },
    });
    return { ...full, site, zone };
  })();
  return ready;
};

describe('lamps', () => {
  test('follow a policy that was edited, previewed and activated, and the step can be taken back', () =>
    withPages(async (visit) => {
      const { api, site } = await customer();
      const { page } = await visit();
      await signIn(page, OWNER);
      await page.goto('/settings/lamps');
      await page.getByText(en('displayPolicies.emptyTitle')).waitFor({ timeout: 60_000 });
      await page.getByRole('button', { name: en('displayPolicies.create') }).click();
      const editor = dialog(page, en('displayPolicies.create'));
      await editor.getByLabel(en('fields.name')).fill('Night');
      await editor.getByText('Nothing changes: the lamps of all 3 bays', { exact: false }).waitFor();
      await editor.getByLabel(en('lamps.states.unknown'), { exact: true }).fill('1020ff');
      await editor.getByText('3 bays of 3 change', { exact: false }).waitFor();
      await editor.getByRole('button', { name: en('displayPolicies.createSubmit') }).click();
      await editor.waitFor({ state: 'hidden' });

      await page.getByRole('button', { name: en('displayPolicies.actionsFor', { name: 'Night' }) }).click();
      await page.getByRole('menuitem', { name: en('displayPolicies.activate') }).click();
      const before = dialog(page, en('displayPolicies.activateTitle', { name: 'Night' }));
      await before.getByText('3 bays of 3 change', { exact: false }).waitFor();
      await before.getByRole('button', { name: en('displayPolicies.activate') }).click();
      await page.getByText(en('displayPolicies.activated', { name: 'Night' })).waitFor();
      const active = await api.get('/api/v6/display-policies?is_active=true');
      assert.equal(active.display_policies[0].settings.unknown_color, '1020FF');

      await page.getByRole('button', { name: en('common.undo') }).click();
      await page.getByText(en('common.undone')).waitFor();
      assert.equal((await api.get('/api/v6/display-policies?is_active=true')).total, 0);

      await api.post('/api/v6/display-policies', { name: 'On the quay', site_id: site.id });
      await page.reload();
      await page.getByRole('combobox', { name: en('spaces.filterSite') }).click();
      await page.locator('.ant-select-dropdown:visible').getByText('Old quay', { exact: true }).click();
      await page.getByRole('button', { name: en('displayPolicies.open', { name: 'Night' }) }).waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: en('displayPolicies.open', { name: 'On the quay' }) }).waitFor();
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
      await page.getByText(en('emergency.banner.all_red', { site: 'Old quay' })).waitFor({ state: 'hidden' });
      assert.equal((await api.get(`/api/v6/sites/${site.id}`)).emergency, null);
    }));
});
