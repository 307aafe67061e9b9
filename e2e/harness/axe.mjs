/** axe-core on a page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every rule of axe that is on. */
export const EVERYTHING = {};
/** What another theme can break; no other rule asks for a colour. */
export const COLOURS = {
  runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] },
};

/** One line per violation: the rule, what is wrong, where. */
export async function violations(page, rules = EVERYTHING) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  const found = await page.evaluate((options) => window.axe.run(document, options), {
    resultTypes: ['violations'],
    ...rules,
  });
  return found.violations.map(({ id, help, nodes }) => {
    const where = nodes.slice(0, 3).map(({ html, failureSummary }) => {
      const why = failureSummary.split('\n').slice(1, 3).join(' ').trim();
      return `${html.slice(0, 140)} (${why})`;
    });
    return `axe ${id}: ${help}: ${where.join(' | ')}`;
  });
}
