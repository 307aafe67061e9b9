/** Language and theme: changed without a reload, and kept. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estate } from '../harness/estate.mjs';
import { en, fr } from '../harness/texts.mjs';
import { fillLogin, signIn } from '../harness/visitor.mjs';
import { withPages } from '../harness/world.mjs';

/** A mark that a reload would wipe away. */
const mark = (page) =>
  page.evaluate(() => {
    window.isTheSamePage = true;
  });
const isTheSame = (page) => page.evaluate(() => window.isTheSamePage === true);
const root = (page) =>
  page.evaluate(() => ({
    lang: document.documentElement.lang,
    theme: document.documentElement.dataset.theme,
  }));

/** What one chooses is shown at once; the account has it a moment later, and until then a reload would lose it. */
const isKept = (page, choose) =>
  Promise.all([
    page.waitForResponse(
      (one) => one.request().method() === 'PATCH' && one.url().endsWith('/api/v6/me'),
    ),
    choose(),
  ]);

describe('language and theme', () => {
  test('a stranger reads the sign-in page in French at once, and again tomorrow', () =>
    withPages(async (visit) => {
      const { page } = await visit();
      await page.goto('/login');
      await mark(page);
      await page.getByText('Français').click();
      await page.getByRole('heading', { name: fr('login.title') }).waitFor();
      assert.equal((await root(page)).lang, 'fr');
      assert.ok(await isTheSame(page));
      await page.reload();
      await page.getByRole('heading', { name: fr('login.title') }).waitFor();
    }));

  test('the profile changes both without a reload, and they follow to another browser', () =>
    withPages(async (visit) => {
      const { stylish } = await estate();
      const { page } = await visit();
      await signIn(page, stylish, { path: '/profile' });
      await page.getByRole('heading', { name: en('profile.title') }).waitFor();
      await mark(page);
      await isKept(page, () =>
        page.getByText(en('appearance.themes.dark'), { exact: true }).click(),
      );
      await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
      await isKept(page, () => page.getByText('Français', { exact: true }).click());
      // The title is nearly the same word in both.
      await page.waitForFunction(() => document.documentElement.lang === 'fr');
      assert.deepEqual(await root(page), { lang: 'fr', theme: 'dark' });
      assert.ok(await isTheSame(page));
      await page.reload();
      await page.getByRole('heading', { name: fr('profile.title') }).waitFor();
      assert.deepEqual(await root(page), { lang: 'fr', theme: 'dark' });

      const other = await visit();
      await other.page.goto('/');
      await fillLogin(other.page, stylish);
      await other.page
        .getByRole('heading', { name: fr('home.title', { name: stylish.name }) })
        .waitFor();
      await other.page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
    }));

  test('the account menu offers both as well', () =>
    withPages(async (visit) => {
      const { stylish } = await estate();
      const { page } = await visit({ locale: 'fr-FR' });
      await page.goto('/');
      await fillLogin(page, stylish, fr);
      await page.getByRole('button', { name: fr('nav.userMenu', { name: stylish.name }) }).click();
      await page.getByRole('menuitem', { name: fr('appearance.language') }).hover();
      await isKept(page, () => page.getByRole('menuitem', { name: 'English' }).click());
      await page.getByRole('heading', { name: en('home.title', { name: stylish.name }) }).waitFor();
      assert.equal((await root(page)).lang, 'en');
    }));

  test('the theme of the system is followed while nobody chose another', () =>
    withPages(async (visit) => {
      const { page } = await visit({ colorScheme: 'dark' });
      await page.goto('/login');
      await page.getByRole('heading', { name: en('login.title') }).waitFor();
      assert.equal((await root(page)).theme, 'dark');
      await page.emulateMedia({ colorScheme: 'light' });
      await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
    }));
});
