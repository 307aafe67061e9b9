/** A spreadsheet becomes bays and devices: its columns found, its bad rows told, the good ones made and taken back. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { estate, register } from '../harness/estate.mjs';
import { chooseFile, rowOf, uploadFile } from '../harness/importing.mjs';
import { en } from '../harness/texts.mjs';
import { fillLogin, follow, signIn } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Ines Moreau', email: 'ines@mole.test', password: PASSWORD };
const dialog = (page, name) => page.getByRole('dialog', { name });
const status = (page, name) =>
  page
    .getByRole('main')
    .getByText(en(`imports.statuses.${name}`), { exact: true })
    .first();

async function pickSite(page, name) {
  const field = page.getByRole('combobox', { name: en('imports.siteForBays') });
  await field.click();
  await page.locator('.ant-select-dropdown:visible').getByText(name, { exact: true }).click();
}

async function importBays(page) {
  await follow(page, 'nav.spaces');
  await page.getByRole('button', { name: en('imports.import'), exact: true }).click();
  await page.getByRole('heading', { level: 1, name: en('imports.title') }).waitFor();
  await page.getByText(en('imports.emptyTitle')).waitFor();
  // Nothing can be uploaded before there is a file, and the button says so.
  const button = page.getByRole('button', { name: en('imports.upload') });
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  const lines = Array.from(
    { length: 24 },
    (_, n) => `M-${String(n + 1).padStart(2, '0')};;general`,
  );
  const file = ['Place name;Étage;Type', ...lines, 'M-03;;', 'M-99;Roof;'].join('\r\n');
  await chooseFile(page, 'bays.csv', file);
  await pickSite(page, 'Mole');
  await uploadFile(page);
  // What nobody could guess is said by hand; the rest was found.
  const check = page.getByRole('button', { name: en('imports.check') });
  assert.equal(await check.getAttribute('aria-disabled'), 'true');
  const code = en('imports.columns.code');
  await page.getByRole('combobox', { name: en('imports.placeOf', { column: code }) }).click();
  await page
    .locator('.ant-select-dropdown:visible')
    .getByText('Place name', { exact: true })
    .click();
  await page.getByText('M-01 · M-02 · M-03').waitFor();
  await check.click();
  await status(page, 'checked').waitFor();

  // Two bad rows, each with its reason, as a list and as a file.
  await page.getByRole('button', { name: /^Refused 2$/ }).click();
  await rowOf(page, 'M-03').getByText('Line 4 says the same.').waitFor();
  await rowOf(page, 'M-99').getByText(en('imports.messages.no_such_level')).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: en('imports.downloadRefused') }).click();
  const saved = readFileSync(await (await download).path(), 'utf8');
  assert.match(saved, /M-99,Roof,,27,refused,level: the site has no level of this name/);

  await page.getByRole('button', { name: 'Import 24 rows' }).click();
  await dialog(page, /Leave out 2 refused rows/)
    .getByRole('button', { name: en('imports.skipVerb') })
    .click();
  await status(page, 'done').waitFor();
  await page.getByText('24 bays were created.').waitFor();
  await page.getByRole('link', { name: en('imports.toBays') }).click();
  await page.getByText(en('table.count_other', { formatted: 24 })).waitFor();
}

async function importSensors(page) {
  await follow(page, 'nav.imports');
  await page
    .getByRole('main')
    .getByText(en('imports.kinds.devices'), { exact: true })
    .first()
    .click();
  const euis = [1, 2].map((n) => `70B3D5000000000${n},bosch-tps110,M-0${n},${'0f'.repeat(16)}`);
  await chooseFile(
    page,
    'sensors.csv',
    ['DevEUI,Model,Bay,AppKey', ...euis, '70B3D5,,,'].join('\n'),
  );
  await uploadFile(page);
  // A key is not repeated, not even to whoever sent it.
  assert.equal(await page.getByText('0f0f').count(), 0);
  await page.getByRole('button', { name: en('imports.check') }).click();
  await rowOf(page, '70B3D5').getByText('this has 6').waitFor();
  await page.getByRole('button', { name: 'Import 2 rows' }).click();
  await dialog(page, /Leave out 1 refused row/)
    .getByRole('button', { name: en('imports.skipVerb') })
    .click();
  await page.getByText('2 devices were created.').waitFor();
}

async function takeBack(page) {
  await follow(page, 'nav.imports');
  await page.getByRole('link', { name: 'bays.csv' }).click();
  await page.getByRole('button', { name: en('imports.undo') }).click();
  await dialog(page, en('imports.undoTitle'))
    .getByRole('button', { name: en('imports.undo') })
    .click();
  // The bays that the sensors serve stay.
  await status(page, 'undone').waitFor();
  await page.getByText('22 removed, 2 kept because they were changed or put to use.').waitFor();
  await page.getByRole('button', { name: /^Created 2$/ }).click();
  await rowOf(page, 'M-01').getByText(en('imports.messages.touched')).waitFor();
}

describe('an import', () => {
  test('turns spreadsheets into bays and devices, and back', () =>
    withPages(async (visit) => {
      const { api } = await register(OWNER, 'Mole Parking');
      await api.post('/api/v6/sites', { name: 'Mole', timezone: 'Europe/Zurich' });
      const { page } = await visit();
      await signIn(page, OWNER);
      await importBays(page);
      await importSensors(page);
      await takeBack(page);
    }));

  test('refuses what is no table and says why', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page, watch } = await visit();
      await signIn(page, full.owner, { path: '/imports' });
      watch.allow(/\/api\/v6\/imports/);
      await chooseFile(page, 'half.csv', 'code,name\nA-1,"never closed\nA-2,x\n');
      await page.getByRole('button', { name: en('imports.upload') }).click();
      await page.getByText(en('errors.fields.fileQuote', { n: 2 })).waitFor();
    }));

  test('is not for viewers, who are told so', () =>
    withPages(async (visit) => {
      const { viewer } = await estate();
      const { page } = await visit();
      await page.goto('/bays');
      await fillLogin(page, viewer);
      const button = page.getByRole('button', { name: en('imports.import'), exact: true });
      assert.equal(await button.getAttribute('aria-disabled'), 'true');
      await button.click({ force: true });
      assert.match(page.url(), /\/bays$/);
      await page.goto('/imports');
      await page.getByText('imports:manage').waitFor();
    }));
});
