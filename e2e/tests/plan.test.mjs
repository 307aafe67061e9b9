/** A level gets its plan, bay by bay and row by row; people look at it, print labels for it and find it on a map. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canvasOf, drawRow, numberBays, pull, savePlan, says } from '../harness/drawing.mjs';
import { HALL, join, register } from '../harness/estate.mjs';
import { en } from '../harness/texts.mjs';
import { escape, fillLogin, signIn } from '../harness/visitor.mjs';
import { PASSWORD, the, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Petra Lang', email: 'petra@deck.test', password: PASSWORD };
const VIEWER = { name: 'Vito Rossi', email: 'vito@deck.test', password: PASSWORD };
const dialog = (page, name) => page.getByRole('dialog', { name });
const canvas = (page) => canvasOf(page, 'Deck 1');
const outlineOf = (page, code) => page.locator('[data-key]').filter({ hasText: code });

async function openDeck() {
  const deck = await register(OWNER, 'Deck Parking');
  const site = await deck.api.post('/api/v6/sites', {
    name: 'Deck',
    timezone: 'Europe/Rome',
    latitude: 45.46,
    longitude: 9.19,
    opening_hours: '24/7',
  });
  const level = await deck.api.post('/api/v6/levels', { site_id: site.id, name: 'Deck 1' });
  await join(deck, VIEWER, 'viewer');
  return { ...deck, site, level, editor: `/sites/${site.id}/levels/${level.id}/plan` };
}

async function uploadPicture(page, watch) {
  watch.allow(/\/plan$/);
  const file = (name, text) => ({ name, mimeType: 'image/svg+xml', buffer: Buffer.from(text) });
  await page.locator('[data-picture]').setInputFiles(file('notes.svg', 'not a picture at all'));
  await page.getByText(en('errors.fields.planKind')).waitFor();
  await page.locator('[data-picture]').setInputFiles(file('deck.svg', HALL));
  await page.getByText(en('plan.pictureSet', { level: 'Deck 1' })).waitFor();
  await page.locator('svg image').waitFor();
  assert.equal(await page.getByText(en('plan.pictureRefused')).count(), 0);
}

async function dragAndUndo(page) {
  const bay = outlineOf(page, 'A-005').locator('polygon');
  const before = await bay.getAttribute('points');
  const box = await bay.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + 90, { steps: 4 });
  await page.mouse.up();
  await says(page, en('plan.unsaved_one', { formatted: 1 }));
  assert.notEqual(await bay.getAttribute('points'), before);
  await page.keyboard.press('Control+z');
  await says(page, en('plan.allSaved'));
  assert.equal(await bay.getAttribute('points'), before);
}

/** By keys alone: chosen in the list, moved and turned on the canvas, and one is asked before one leaves. */
async function nudgeAndStay(page) {
  await page.getByRole('listbox', { name: en('plan.onPlan') }).focus();
  await page.keyboard.press('End');
  await says(page, en('plan.selectedOne', { code: 'A-024' }));
  await canvas(page).focus();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press(']');
  await says(page, en('plan.unsaved_one', { formatted: 1 }));
  await page.getByRole('link', { name: en('plan.view') }).click();
  const question = dialog(page, en('leave.title'));
  await question.getByRole('button', { name: en('plan.stay') }).click();
  await question.waitFor({ state: 'hidden' });
  await savePlan(page);
}

/** Somebody else moves the same bay meanwhile. */
async function conflict(page, { api, site, level }, watch) {
  const { spaces } = await api.get(`/api/v6/spaces?site_id=${site.id}&q=A-001`);
  const shape = [
    [0.5, 0.5],
    [0.55, 0.5],
    [0.55, 0.6],
    [0.5, 0.6],
  ];
  const outlines = [{ id: spaces[0].id, shape }];
  await api.call('PUT', '/api/v6/spaces/bulk/outlines', { level_id: level.id, outlines });
  watch.allow(/\/bulk\/outlines$/);
  await page.getByRole('option', { name: 'A-001' }).click();
  await canvas(page).focus();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('button', { name: en('plan.save') }).click();
  const alert = page.getByRole('alert').filter({ hasText: en('plan.conflictTitle') });
  await alert.getByText(/A-001/).waitFor();
  await alert.getByRole('button', { name: en('plan.takeTheirs') }).click();
  await says(page, en('plan.allSaved'));
}

describe('a plan', () => {
  test('is drawn by its owner, and what was drawn stays', () =>
    withPages(async (visit) => {
      const deck = await openDeck();
      const { page, watch } = await visit({ reducedMotion: 'reduce' });
      await signIn(page, OWNER, { path: `/sites/${deck.site.id}/levels` });
      await page.getByRole('link', { name: en('plan.editLevel', { level: 'Deck 1' }) }).click();
      await canvas(page).waitFor();
      await uploadPicture(page, watch);
      await drawRow(page, canvas(page));
      await numberBays(page);
      await savePlan(page);
      await page.reload();
      await says(page, en('plan.drawn_other', { formatted: 24 }));
      assert.equal(await page.getByRole('option').count(), 24);
      await dragAndUndo(page);
      await nudgeAndStay(page);
      await conflict(page, deck, watch);

      await page.getByRole('link', { name: en('plan.view') }).click();
      const bay = page.getByRole('button', { name: `A-005, ${en('bays.states.unknown')}` });
      await bay.click();
      await dialog(page, 'Bay A-005').getByText(en('spaces.noSensor')).waitFor();
      await escape(page, dialog(page, 'Bay A-005'));
      // From bay to bay by arrow keys, and Enter opens it.
      await bay.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await dialog(page, 'Bay A-006').waitFor();

      await labels(page, deck);
      await map(page, deck);
      await viewerLooks(visit, deck);
    }));
});

async function labels(page, { site }) {
  await page.goto(`/sites/${site.id}/bays`);
  await page.getByRole('button', { name: en('labels.title') }).click();
  await page.getByRole('img', { name: en('labels.codeOf', { code: 'A-024' }) }).waitFor();
  const codes = page.locator('[data-address]');
  assert.equal(await codes.count(), 24);
  const address = await codes.first().getAttribute('data-address');
  assert.match(address, new RegExp(`^${the().base}/b/[0-9a-f-]{36}$`));
  await page.goto(address);
  await dialog(page, 'Bay A-001').waitFor();
}

async function map(page, { site }) {
  await page.goto('/sites/map');
  const marker = page.getByRole('button', { name: /of 24 bays free, Deck/ });
  await marker.click();
  await page.waitForURL(`**/sites/${site.id}`);
  await page.getByText(en('sites.open'), { exact: true }).waitFor();
}

async function viewerLooks(visit, { editor }) {
  const { page } = await visit();
  await page.goto(editor);
  await fillLogin(page, VIEWER);
  await says(page, en('plan.drawn_other', { formatted: 24 }));
  await page
    .getByRole('alert')
    .filter({ hasText: en('estate.adminsOnly') })
    .waitFor();
  for (const name of [en('plan.save'), en('plan.toolNames.rectangle'), en('plan.erase')]) {
    const button = page.getByRole('button', { name });
    assert.equal(await button.getAttribute('aria-disabled'), 'true', name);
  }
  await canvas(page).focus();
  await page.keyboard.press('Control+a');
  for (const key of ['ArrowLeft', 'Delete', ']']) await page.keyboard.press(key);
  await pull(page, canvas(page), [0.12, 0.25], [0.3, 0.6]);
  await says(page, en('plan.allSaved'));
  assert.equal(await page.locator('[data-key]').count(), 24);
}
