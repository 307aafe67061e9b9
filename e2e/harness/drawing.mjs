/** Drawing a plan with the mouse, as the tests do it again and again. */
import assert from 'node:assert/strict';
import { en } from './texts.mjs';

export const canvasOf = (page, level) =>
  page.getByRole('application', { name: en('plan.canvas', { level }) });

/** Until the editor says something, aloud. */
export const says = (page, text) =>
  page.getByRole('status').filter({ hasText: text }).first().waitFor();

/** From one point of the canvas to another, as parts of its width and height. */
export async function pull(page, canvas, from, to) {
  const box = await canvas.boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]));
  await page.mouse.move(...at(to));
  await page.mouse.up();
}

/** One bay by the mouse, and 23 more beside it. */
export async function drawRow(page, canvas) {
  await page.getByRole('button', { name: en('plan.toolNames.rectangle') }).click();
  await pull(page, canvas, [0.1, 0.2], [0.13, 0.32]);
  await says(page, en('table.selected_one', { formatted: 1 }));
  const save = page.getByRole('button', { name: en('plan.save') });
  assert.equal(await save.getAttribute('aria-disabled'), 'true', 'an outline without a code');
  await page.getByRole('button', { name: en('plan.row') }).click();
  const row = page.getByRole('region', { name: en('plan.row') });
  await row.getByLabel(en('plan.rowCount')).fill('24');
  await row.getByLabel(en('plan.rowCount')).press('Enter');
  await row.getByRole('button', { name: en('plan.rowDraw_other', { count: 23 }) }).click();
  await says(page, en('plan.drawn_other', { formatted: 24 }));
}

/** What was just drawn becomes the new bays. */
export async function numberBays(page) {
  await page.getByRole('button', { name: en('plan.number') }).click();
  const form = page.getByRole('form', { name: en('plan.number') });
  await form.getByLabel(en('plan.codes')).fill('A-001');
  const range = en('plan.numberRange', { first: 'A-001', last: 'A-024' });
  await form.getByText(`${range}: ${en('plan.numberMade_other', { count: 24 })}`).waitFor();
  await form.getByRole('button', { name: en('plan.numberSubmit') }).click();
  await form.waitFor({ state: 'hidden' });
}

export async function savePlan(page) {
  await page.getByRole('button', { name: en('plan.save') }).click();
  await page.getByText(en('plan.saved'), { exact: true }).last().waitFor();
  await says(page, en('plan.allSaved'));
}
