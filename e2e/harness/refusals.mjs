/** Things one sees and may not do. */
import assert from 'node:assert/strict';
import { escape } from './visitor.mjs';

/** A button that stays, says why it does nothing, and does nothing. */
export async function refuses(page, button, reason) {
  await button.first().waitFor();
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  const why = await button.getAttribute('aria-describedby');
  const words = await page.locator(`[id="${why.split(' ').at(-1)}"]`).textContent();
  assert.match(words, reason);
  await button.click({ force: true });
  assert.equal(await page.getByRole('dialog').count(), 0);
}

/** Every entry of a menu is there, refused, and says why. */
export async function menuRefuses(page, button, reason) {
  await button.click();
  const items = page.getByRole('menuitem');
  await items.first().waitFor();
  for (const item of await items.all()) {
    assert.equal(await item.getAttribute('aria-disabled'), 'true');
    assert.match(await item.innerText(), reason);
  }
  await escape(page, items.first());
}
