/** Two people look at the same bays: what one changes, the other sees change. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { join, register } from '../harness/estate.mjs';
import { en } from '../harness/texts.mjs';
import { signIn } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Lena Vogt', email: 'lena@live.test', password: PASSWORD };
const VIEWER = { name: 'Otto Blick', email: 'otto@live.test', password: PASSWORD };

const CODES = ['A-001', 'A-002', 'A-003'];
const named = (page, code, state) =>
  page.getByRole('button', { name: `${code}, ${en(`bays.states.${state}`)}` });

async function openDeck() {
  const deck = await register(OWNER, 'Live Parking');
  const site = await deck.api.post('/api/v6/sites', { name: 'Roof', timezone: 'Europe/Rome' });
  const level = await deck.api.post('/api/v6/levels', { site_id: site.id, name: 'Top' });
  const spaces = await Promise.all(
    CODES.map((code) =>
      deck.api.post('/api/v6/spaces', { site_id: site.id, code, level_id: level.id }),
    ),
  );
  const outlines = spaces.map(({ id }, at) => {
    const left = 0.1 + at * 0.2;
    return {
      id,
      shape: [
        [left, 0.2],
        [left + 0.15, 0.2],
        [left + 0.15, 0.6],
        [left, 0.6],
      ],
    };
  });
  await deck.api.call('PUT', '/api/v6/spaces/bulk/outlines', { level_id: level.id, outlines });
  await join(deck, VIEWER, 'viewer');
  return { ...deck, site, spaces };
}

async function takesOut(page, code) {
  await named(page, code, 'unknown').click();
  const bay = page.getByRole('dialog', { name: `Bay ${code}` });
  await bay.getByRole('button', { name: en('spaces.takeOut') }).click();
  const form = page.getByRole('dialog', { name: en('spaces.takeOutTitle', { code }) });
  await form.getByText('Europe/Rome').waitFor();
  await form.getByLabel(en('spaces.reason')).fill('Fresh paint');
  const done = page.waitForResponse((response) => response.url().endsWith('/state'));
  await form.getByRole('button', { name: en('spaces.takeOut') }).click();
  assert.equal((await done).status(), 200);
}

describe('what happens', () => {
  test('is seen by everybody within a second', () =>
    withPages(async (visit) => {
      const { site, api, spaces } = await openDeck();
      const [owner, viewer] = [await visit(), await visit()];
      await Promise.all([signIn(owner.page, OWNER), signIn(viewer.page, VIEWER)]);
      await Promise.all([owner, viewer].map(({ page }) => page.goto(`/sites/${site.id}/plan`)));
      const seen = viewer.page;
      await named(seen, 'A-002', 'unknown').waitFor();
      await seen.getByText(en('connection.live')).first().waitFor();
      await seen.getByText(en('dataAge.live'), { exact: true }).last().waitFor();
      let isReloaded = false;
      seen.on('load', () => {
        isReloaded = true;
      });

      await takesOut(owner.page, 'A-002');
      await named(seen, 'A-002', 'maintenance').waitFor({ timeout: 1_000 });
      assert.equal(isReloaded, false);

      // In the list too, and as fast.
      await seen.goto(`/sites/${site.id}/bays`);
      const row = seen.getByRole('row', { name: /A-003/ });
      await row.getByText(en('bays.states.unknown')).waitFor();
      await seen.getByText(en('connection.live')).first().waitFor();
      const body = { state: 'maintenance', reason: 'A leak' };
      await api.call('PUT', `/api/v6/spaces/${spaces[2].id}/state`, body);
      await row.getByText(en('bays.states.maintenance')).waitFor({ timeout: 1_000 });
    }));
});
