/** A page as it stands in a journey, in the dresses in which the journey does not wear it. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { COLOURS, violations } from './axe.mjs';
import { NARROW, settle, WIDE } from './browser.mjs';
import { OUTPUT } from './world.mjs';

/** Pictures are for people who look at them: `PARKING_PICTURES=1 node main.mjs NAME`. */
const areWanted = Boolean(process.env.PARKING_PICTURES);

const wear = async (page, viewport, colorScheme) => {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
};

/**
 * Nothing of it is lost in the dark, or on a phone if it is at home there. Afterwards it is light again, and as wide
 * as `back`.
 */
export async function portraits(page, watch, name, { widths = [WIDE, NARROW], back = WIDE } = {}) {
  const dresses = areWanted
    ? widths.flatMap((viewport) => ['light', 'dark'].map((scheme) => [viewport, scheme]))
    : [[widths.at(-1), 'dark']];
  for (const [viewport, scheme] of dresses) {
    const dress = `${name}-${scheme}-${viewport.width}`;
    await wear(page, viewport, scheme);
    await settle(page, watch);
    if (areWanted) {
      mkdirSync(OUTPUT, { recursive: true });
      await page.screenshot({ path: `${OUTPUT}${dress}.png`, fullPage: true });
    }
    assert.deepEqual(await violations(page, COLOURS), [], dress);
    const sideways = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    assert.equal(sideways, 0, `${dress} scrolls sideways`);
  }
  await wear(page, back, 'light');
  await settle(page, watch);
}
