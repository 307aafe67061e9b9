/** Bad days: no network, an upgraded server, an ended session, an answer that is an error. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estate } from '../harness/estate.mjs';
import { en } from '../harness/texts.mjs';
import { fillLogin, follow, signIn } from '../harness/visitor.mjs';
import { withPages } from '../harness/world.mjs';

const problem = (status, code) => ({
  status,
  contentType: 'application/problem+json',
  headers: { 'x-request-id': 'req_from_the_test' },
  body: JSON.stringify({
    type: `/docs/errors#${code}`,
    title: code,
    status,
    code,
    request_id: 'req_from_the_test',
  }),
});

describe('on a bad day', () => {
  test('a newer server is announced, once, and a reload brings it', () =>
    withPages(async (visit) => {
      const { empty } = await estate();
      const { page } = await visit();
      await signIn(page, empty.owner);
      await page.getByRole('heading', { level: 1 }).waitFor();
      assert.equal(await page.getByText(en('version.newer')).count(), 0);
      await page.route('**/version', (route) =>
        route.fulfill({ json: { version: '99.0.0', commit: 'fffffff', api: ['v6'] } }),
      );
      // Coming back to the tab makes the page ask again.
      await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')));
      await page.getByText(en('version.newer')).waitFor();
      await page.getByRole('button', { name: en('version.reload') }).click();
      await page.getByText(en('version.newer')).waitFor({ state: 'hidden' });
      await page.getByRole('heading', { level: 1 }).waitFor();
    }));

  test('a page without network says so and keeps what it has', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page, context } = await visit();
      await signIn(page, full.owner);
      await follow(page, 'nav.users');
      await page.getByRole('rowheader', { name: full.owner.email }).waitFor();
      await context.setOffline(true);
      await page.getByText(en('connection.offlineText')).waitFor();
      await page.getByText(/^Offline/).waitFor();
      await page.getByRole('rowheader', { name: full.owner.email }).waitFor();
      await context.setOffline(false);
      await page.getByText(en('connection.offlineText')).waitFor({ state: 'hidden' });
    }));

  test('an ended session leads to the sign-in and back to where one was', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page, context, watch } = await visit();
      await signIn(page, full.owner);
      await follow(page, 'nav.users');
      await page.getByRole('rowheader', { name: full.owner.email }).waitFor();
      // As after a long absence: neither token is worth anything.
      await context.clearCookies();
      watch.allow(/\/api\/auth\/refresh$/);
      await page.goto('/users?q=ada');
      await page.getByText(en('login.sessionEnded')).waitFor();
      await fillLogin(page, full.owner);
      await page.getByRole('rowheader', { name: full.owner.email }).waitFor();
      assert.match(page.url(), /\/users\?q=ada$/);
      assert.equal(await page.getByLabel(en('users.search')).inputValue(), 'ada');
    }));

  test('a return address of another site is not followed', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page } = await visit();
      await page.goto('/login?next=%2F%2Fevil.test%2F');
      await fillLogin(page, full.owner);
      await page
        .getByRole('heading', { name: en('home.title', { name: full.owner.name }) })
        .waitFor();
      assert.equal(new URL(page.url()).pathname, '/');
    }));

  test('an error shows its code and request, copies them, and can be tried again', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page, context, watch } = await visit();
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await signIn(page, full.owner);
      watch.allow(/\/api\/v6\/api-keys/);
      await page.route('**/api/v6/api-keys?*', (route) =>
        route.fulfill(problem(500, 'internal_error')),
      );
      await follow(page, 'nav.apiKeys');
      await page.getByText(en('errors.codes.internal_error')).waitFor();
      await page.getByText('req_from_the_test').waitFor();
      await page.getByRole('button', { name: en('errors.copyReference') }).click();
      await page.getByText(en('common.copied')).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.equal(copied, 'internal_error req_from_the_test');
      await page.unroute('**/api/v6/api-keys?*');
      await page.getByRole('button', { name: en('errors.retry') }).click();
      await page.getByRole('rowheader', { name: 'Entrance terminal' }).waitFor();
    }));

  test('what the server refuses in a form lands on its field', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page, watch } = await visit();
      await signIn(page, full.owner, { path: '/users/invitations?invite=1' });
      const form = page.getByRole('dialog', { name: /^Invite to/ });
      const email = form.getByLabel(en('fields.email'));
      // The form sees nothing wrong with it; the server does.
      await email.fill('nobody@nowhere..else');
      watch.allow(/\/api\/v6\/invitations$/);
      await form.getByRole('button', { name: en('invitations.send') }).click();
      await form.getByText(en('errors.codes.validation_failed')).waitFor();
      assert.equal(await email.getAttribute('aria-invalid'), 'true');
      const described = await email.evaluate((field) =>
        (field.getAttribute('aria-describedby') ?? '')
          .split(' ')
          .map((id) => document.getElementById(id)?.textContent ?? '')
          .join(' '),
      );
      assert.match(described, /e-mail address/i);
    }));

  test('a wrong password is told without saying which half was wrong', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page, watch } = await visit();
      watch.allow(/\/api\/auth\/login$/);
      await page.goto('/login');
      await fillLogin(page, { ...full.owner, password: 'not the password' });
      await page.getByText(en('errors.codes.invalid_credentials')).waitFor();
      await page.getByText('invalid_credentials', { exact: true }).waitFor();
    }));
});
