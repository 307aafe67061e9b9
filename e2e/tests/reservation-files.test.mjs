/** Reservations come from a file, after one has seen what would become of each row, and go into one. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { EVERYTHING, violations } from '../harness/axe.mjs';
import { join, register } from '../harness/estate.mjs';
import { chooseFile } from '../harness/importing.mjs';
import { portraits } from '../harness/portraits.mjs';
import { en } from '../harness/texts.mjs';
import { escape, fillLogin, signIn } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Fay Reed', email: 'fay@files.test', password: PASSWORD };
const VIEWER = { name: 'Vito Ames', email: 'vito@files.test', password: PASSWORD };

const at = (hours) => new Date(Math.ceil(Date.now() / 3_600_000 + hours) * 3_600_000).toISOString();
const counts = (numbers) =>
  en('reservationFiles.counts', {
    total: 4,
    ready: 0,
    created: 0,
    same: 0,
    refused: 2,
    ...numbers,
  });

describe('files of reservations', () => {
  test('are tried out, carried out, sent again without harm, and written', () =>
    withPages(async (visit) => {
      const customer = await register(OWNER, 'Files Parking');
      const { api } = customer;
      await join(customer, VIEWER, 'viewer');
      const site = await api.post('/api/v6/sites', { name: 'Harbour', timezone: 'Europe/Paris' });
      for (const code of ['A-1', 'A-2'])
        await api.post('/api/v6/spaces', { site_id: site.id, code });
      const { page, watch } = await visit();
      await signIn(page, OWNER, { path: '/reservations' });
      await page.getByRole('button', { name: en('reservationFiles.import'), exact: true }).click();
      const dialog = page.getByRole('dialog', { name: en('reservationFiles.title') });
      await dialog.waitFor();
      assert.deepEqual(await violations(page, EVERYTHING), []);
      const template = page.waitForEvent('download');
      await dialog.getByRole('button', { name: en('imports.template') }).click();
      assert.match(
        readFileSync(await (await template).path(), 'utf8'),
        /request_id,site,space_code,start_time/,
      );

      const file = [
        'Reference;Bay;Start;End;Name;Notes',
        `r1;A-1;${at(24)};${at(26)};=Ada;"two\r\nlines"`,
        `r2;A-2;${at(24)};${at(26)};Bob;`,
        `r3;A-1;${at(25)};${at(27)};Eve;`,
        `r4;A-9;2027-01-01 08:00;${at(27)};Eve;`,
      ].join('\r\n');
      await chooseFile(page, 'bookings.csv', file);
      const start = (key, formatted) =>
        dialog.getByRole('button', { name: en(key, { formatted }) });
      assert.equal(
        await start('reservationFiles.start_other', 0).getAttribute('aria-disabled'),
        'true',
      );
      await dialog.getByRole('button', { name: en('reservationFiles.try') }).click();
      await dialog.getByText(counts({ ready: 2 })).waitFor();
      await dialog.getByText(en('imports.messages.slot_taken')).waitFor();
      await dialog.getByText(en('errors.fields.noOffset', { it: '2027-01-01 08:00' })).waitFor();
      await portraits(page, watch, 'files-tried');
      // All or none: as long as rows are refused, none.
      await dialog.getByRole('radio', { name: en('reservationFiles.all') }).check();
      assert.equal(
        await start('reservationFiles.start_other', 2).getAttribute('aria-disabled'),
        'true',
      );
      await dialog.getByRole('radio', { name: en('reservationFiles.each') }).check();
      await start('reservationFiles.start_other', 2).click();
      await page.getByText(en('reservationFiles.done_other', { formatted: 2 })).waitFor();
      await dialog.getByText(counts({ created: 2 })).waitFor();
      await dialog.getByRole('button', { name: en('reservationFiles.try') }).click();
      await dialog.getByText(counts({ same: 2 })).waitFor();
      await escape(page, dialog);

      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: en('reservationFiles.export'), exact: true }).click();
      const saved = readFileSync(await (await download).path(), 'utf8');
      assert.match(saved, /,r1,Harbour,A-1,confirmed,/);
      assert.match(saved, /,'=Ada,/);
      // What was written comes back, and says nothing new.
      await page.getByRole('button', { name: en('reservationFiles.import'), exact: true }).click();
      await chooseFile(page, 'export.csv', saved);
      await dialog.getByRole('button', { name: en('reservationFiles.try') }).click();
      await dialog.getByText(counts({ total: 2, same: 2, refused: 0 })).waitFor();
      await escape(page, dialog);

      const { page: other } = await visit();
      await other.goto('/reservations');
      await fillLogin(other, VIEWER);
      const button = other.getByRole('button', {
        name: en('reservationFiles.import'),
        exact: true,
      });
      await button.waitFor();
      assert.equal(await button.getAttribute('aria-disabled'), 'true');
      const hidden = other.waitForEvent('download');
      await other.getByRole('button', { name: en('reservationFiles.export'), exact: true }).click();
      assert.doesNotMatch(readFileSync(await (await hidden).path(), 'utf8'), /Ada|Bob|lines/);
    }));

  test('that are none are refused with what is wrong', () =>
    withPages(async (visit) => {
      await register({ ...OWNER, email: 'finn@files.test' }, 'Broken Files');
      const { page, watch } = await visit();
      await signIn(page, { ...OWNER, email: 'finn@files.test' });
      await page.goto('/reservations');
      await page.getByRole('button', { name: en('reservationFiles.import'), exact: true }).click();
      watch.allow(/\/api\/v6\/reservations\/import/);
      await chooseFile(page, 'half.csv', 'bay,start,end\nA-1,"never closed\nA-2,x\n');
      await page.getByRole('button', { name: en('reservationFiles.try') }).click();
      await page.getByText(en('errors.fields.fileQuote', { n: 2 })).waitFor();
      const none = 'start,end\n2027-01-01T08:00:00Z,2027-01-01T09:00:00Z\n';
      const file = { name: 'none.csv', mimeType: 'text/csv', buffer: Buffer.from(none) };
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByText('none.csv').waitFor();
      await page.getByRole('button', { name: en('reservationFiles.try') }).click();
      await page.getByText(en('errors.fields.columnMissing', { it: 'space_code' })).waitFor();
    }));
});
