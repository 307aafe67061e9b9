/** Everything without a pointer, and one always sees where one is. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estate } from '../harness/estate.mjs';
import { en } from '../harness/texts.mjs';
import { signIn } from '../harness/visitor.mjs';
import { withPages } from '../harness/world.mjs';

/** What has the focus: its name and place, and whether one can see that it has. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const wrapper = element.closest(
      '.ant-input-affix-wrapper, .ant-input-number, .ant-select, .ant-picker, label',
    );
    const around = wrapper ? getComputedStyle(wrapper) : null;
    const isRinged = (style) =>
      style !== null &&
      ((style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0) ||
        style.boxShadow !== 'none');
    const box = (wrapper ?? element).getBoundingClientRect();
    return {
      name: element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '',
      tag: element.tagName,
      top: box.top,
      left: box.left,
      isVisible: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0,
      isRinged: isRinged({ outlineStyle, outlineWidth, boxShadow }) || isRinged(around),
    };
  });
}

/** Until nothing slides or fades any more. */
const stillness = (page) =>
  page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const moving = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity);
    await Promise.all(moving.map(({ finished }) => finished.catch(() => undefined)));
  });

/** Tab by Tab to something; giving up after a few dozen, as a person would. */
async function tabTo(page, locator) {
  await locator.waitFor();
  for (let presses = 0; presses < 30; presses += 1) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${locator}`);
}

describe('with the keyboard alone', () => {
  test('one signs in, finds the way, creates a key and signs out', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page } = await visit({ reducedMotion: 'reduce' });
      const { keyboard } = page;
      await page.goto('/login');
      await page.getByRole('heading', { name: en('login.title') }).waitFor();
      const email = page.getByLabel(en('fields.email'));
      await tabTo(page, email);
      await keyboard.type(full.owner.email);
      await keyboard.press('Tab');
      await keyboard.type(full.owner.password);
      await keyboard.press('Enter');
      await page.getByRole('navigation', { name: en('nav.label') }).waitFor();

      await keyboard.press('Control+k');
      const palette = page.getByRole('combobox', { name: en('palette.search') });
      await palette.waitFor();
      await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
      await keyboard.type(en('palette.createApiKey'));
      await keyboard.press('Enter');
      const form = page.getByRole('dialog', { name: en('apiKeys.create') });
      await form.waitFor();
      const name = form.getByLabel(en('fields.name'), { exact: true });
      await page.waitForFunction(
        (field) => document.activeElement === field,
        await name.elementHandle(),
      );
      await keyboard.type('Made without a mouse');
      const scope = form.getByRole('checkbox', { name: /telemetry:read/ });
      await tabTo(page, scope);
      await keyboard.press('Space');
      assert.ok(await scope.isChecked());
      await name.focus();
      await keyboard.press('Enter');
      const reveal = page.getByRole('dialog', {
        name: en('apiKeys.createdTitle', { name: 'Made without a mouse' }),
      });
      await reveal.waitFor();
      const kept = reveal.getByRole('checkbox', { name: en('secret.kept') });
      // The dialog before gives the focus back when it is gone, perhaps after one's first Tab.
      for (let tries = 0; tries < 5 && !(await kept.isChecked()); tries += 1) {
        await tabTo(page, kept);
        await keyboard.press('Space');
      }
      await tabTo(page, reveal.getByRole('button', { name: en('secret.close') }));
      await keyboard.press('Enter');
      await reveal.waitFor({ state: 'hidden' });
      await page.getByRole('rowheader', { name: 'Made without a mouse' }).waitFor();

      await keyboard.press('Control+k');
      await palette.waitFor();
      await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
      await keyboard.type(en('nav.signOut'));
      await keyboard.press('Enter');
      await page.getByText(en('login.signedOut')).waitFor();
    }));

  test('the first stop skips to the content', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page } = await visit();
      await signIn(page, full.owner, { path: '/profile' });
      await page.getByRole('heading', { name: en('profile.title') }).waitFor();
      await page.keyboard.press('Tab');
      await stillness(page);
      const first = await focused(page);
      assert.equal(first.name, en('nav.skip'));
      assert.ok(first.isVisible, 'the skip link is to be seen once it has the focus');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'content');
      await page.keyboard.press('Tab');
      const inMain = await page.evaluate(() =>
        document.querySelector('main').contains(document.activeElement),
      );
      assert.ok(inMain, 'the next stop is inside the content');
    }));

  const addresses = [
    '/',
    '/devices',
    '/devices/onboard',
    '/gateways',
    '/users',
    '/api-keys',
    '/audit-log',
    '/profile',
    '/settings',
    '/reservations/calendar',
    '/reservations/free',
    '/reservations/new',
    '/settings/reservations',
  ];
  for (const address of addresses) {
    test(`every stop on ${address} can be seen, and each comes once`, () =>
      withPages(async (visit) => {
        const { full } = await estate();
        const { page } = await visit({ reducedMotion: 'reduce' });
        await signIn(page, full.owner, { path: address });
        await page.getByRole('heading', { level: 1 }).waitFor();
        const unseen = [];
        const marks = new Set();
        for (let stops = 0; stops < 80; stops += 1) {
          await page.keyboard.press('Tab');
          await stillness(page);
          const stop = await focused(page);
          if (!stop) break;
          const isKnown = await page.evaluate(() => {
            const isMarked = document.activeElement.hasAttribute('data-visited');
            document.activeElement.setAttribute('data-visited', '');
            return isMarked;
          });
          if (isKnown) break;
          marks.add(`${stop.tag} ${stop.name}`);
          if (!stop.isVisible || !stop.isRinged) unseen.push(stop);
        }
        assert.ok(marks.size > 8, `only ${marks.size} stops`);
        assert.deepEqual(unseen, []);
      }));
  }
});
