/** From the first sign-in of an installation to the end of everybody's sessions. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ADMIN } from '../harness/server.mjs';
import { en } from '../harness/texts.mjs';
import { escape, fillLogin, fillNewPassword, follow, signIn } from '../harness/visitor.mjs';
import { PASSWORD, the, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Olga Novak', email: 'olga@eastpier.test', password: PASSWORD };
const COLLEAGUE = { name: 'Ciara Byrne', email: 'ciara@eastpier.test', password: PASSWORD };
const TENANT = 'East Pier';
const KEY = 'Barrier at the pier';
const RENAMED_KEY = 'Barrier at the east pier';

/** Follows the link of the newest letter and becomes somebody. */
async function accept(page, who, t = en) {
  const letter = await the().mailbox.letterTo(who.email);
  await page.goto(letter.link);
  await page.getByText(TENANT).first().waitFor();
  await page.getByLabel(t('fields.name'), { exact: true }).fill(who.name);
  await fillNewPassword(page, who.password, t);
  await page.getByRole('button', { name: t('acceptInvitation.submit') }).click();
  await page.getByRole('heading', { name: t('home.title', { name: who.name }) }).waitFor();
}

const dialog = (page, name) => page.getByRole('dialog', { name });

async function createTenant(page) {
  await follow(page, 'nav.tenants');
  await page.getByRole('button', { name: en('tenants.create') }).click();
  const form = dialog(page, en('tenants.create'));
  await form.getByLabel(en('fields.name'), { exact: true }).fill(TENANT);
  await form.getByLabel(en('tenants.owner')).fill(OWNER.email);
  await form.getByRole('button', { name: en('tenants.createSubmit') }).click();
  await page.getByRole('heading', { level: 1, name: TENANT }).waitFor();
}

async function invite(page) {
  await follow(page, 'nav.users');
  await page
    .getByRole('button', { name: en('users.invite') })
    .first()
    .click();
  const form = dialog(page, en('invitations.inviteTitle', { tenant: TENANT }));
  await form.getByLabel(en('fields.email')).fill(COLLEAGUE.email);
  await form.getByRole('button', { name: en('invitations.send') }).click();
  await page.getByText(en('invitations.created', { email: COLLEAGUE.email })).waitFor();
}

/** Creates a key and reads it from the page, where it stands once. */
async function createKey(page) {
  await follow(page, 'nav.apiKeys');
  await page
    .getByRole('button', { name: en('apiKeys.create') })
    .first()
    .click();
  const form = dialog(page, en('apiKeys.create'));
  await form.getByLabel(en('fields.name'), { exact: true }).fill(KEY);
  await form
    .getByRole('radiogroup', { name: en('apiKeys.scopes.tenants') })
    .getByText(en('apiKeys.reaches.read'), { exact: true })
    .click();
  await form.getByRole('button', { name: en('apiKeys.createSubmit') }).click();
  const reveal = dialog(page, en('apiKeys.createdTitle', { name: KEY }));
  const key = (await reveal.getByLabel(en('apiKeys.one'), { exact: true }).innerText()).trim();
  await reveal.getByRole('checkbox', { name: en('secret.kept') }).check();
  await reveal.getByRole('button', { name: en('secret.close') }).click();
  await reveal.waitFor({ state: 'hidden' });
  assert.equal(await page.getByText(key).count(), 0, 'the key still stands on the page');
  const create = page.getByRole('button', { name: en('apiKeys.create') }).first();
  assert.ok(await create.evaluate((button) => button === document.activeElement), 'focus is lost');
  return key;
}

async function renameKey(page) {
  await page.getByRole('button', { name: en('apiKeys.actionsFor', { name: KEY }) }).click();
  await page.getByRole('menuitem', { name: en('apiKeys.edit') }).click();
  const form = dialog(page, en('apiKeys.editTitle', { name: KEY }));
  await form.getByLabel(en('fields.name'), { exact: true }).fill(RENAMED_KEY);
  await form.getByRole('button', { name: en('common.save') }).click();
  await page.getByText(en('apiKeys.changed', { name: RENAMED_KEY })).waitFor();
  await form.waitFor({ state: 'hidden' });
}

async function useKey(key) {
  const response = await fetch(`${the().base}/api/v6/me`, { headers: { 'x-api-key': key } });
  assert.equal(response.status, 200);
  const me = await response.json();
  assert.equal(me.tenant.name, TENANT);
  assert.equal(me.api_key.name, RENAMED_KEY);
}

async function changeRole(page) {
  await follow(page, 'nav.users');
  await page
    .getByRole('button', { name: en('users.actionsFor', { name: COLLEAGUE.name }) })
    .click();
  await page.getByRole('menuitem', { name: en('users.changeRole') }).click();
  const form = dialog(page, en('users.roleTitle', { name: COLLEAGUE.name }));
  await form.getByRole('radio', { name: en('roles.viewer.name') }).check();
  await form.getByRole('button', { name: en('common.save') }).click();
  await page.getByText(en('users.roleChanged', { name: COLLEAGUE.name })).waitFor();
}

/** The change just made stands in the log, with what it was before. */
async function readAudit(page) {
  await follow(page, 'nav.auditLog');
  await page
    .getByRole('button', { name: en('audit.actions.membership.updated') })
    .first()
    .click();
  const entry = page.getByRole('dialog');
  await entry.getByRole('heading', { name: en('audit.changes') }).waitFor();
  // By its name in the list; what the API calls it stands in the details.
  await entry.getByText('membership.updated', { exact: true }).waitFor();
  const row = entry.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'role' }) });
  assert.deepEqual(await row.getByRole('cell').allInnerTexts(), ['operator', 'viewer']);
  await escape(page, entry);
  await page.getByRole('button', { name: en('audit.verify') }).click();
  await page.getByText(/The chain is intact/).waitFor();
}

describe('an installation comes to life', () => {
  test('the administrator opens a tenant, its owner invites, and all leave together', () =>
    withPages(async (visit) => {
      const admin = await visit();
      await admin.page.goto('/');
      await fillLogin(admin.page, ADMIN);
      await admin.page
        .getByRole('heading', { name: en('home.title', { name: ADMIN.name }) })
        .waitFor();
      await createTenant(admin.page);

      const owner = await visit();
      await accept(owner.page, OWNER);
      await invite(owner.page);

      const colleague = await visit();
      await accept(colleague.page, COLLEAGUE);
      await colleague.page.getByText(en('roles.operator.name')).first().waitFor();
      const again = await visit();
      await signIn(again.page, COLLEAGUE);

      const key = await createKey(owner.page);
      await renameKey(owner.page);
      await useKey(key);
      await changeRole(owner.page);
      await readAudit(owner.page);
    }));

  test('who signs out everywhere ends on the login page in every browser', () =>
    withPages(async (visit) => {
      const [one, other] = [await visit(), await visit()];
      await signIn(one.page, OWNER);
      await signIn(other.page, OWNER);
      // Not home: who ends there needs no way back.
      await follow(other.page, 'nav.apiKeys');
      await other.page.getByRole('heading', { level: 1, name: en('apiKeys.title') }).waitFor();
      await one.page.goto('/sessions');
      await one.page.getByRole('button', { name: en('sessions.endAll') }).click();
      await one.page
        .getByRole('dialog')
        .getByRole('button', { name: en('sessions.endAll') })
        .click();
      await one.page.getByText(en('login.signedOut')).waitFor();
      // The other browser learns it from the stream that ends, or with its next question, whichever is sooner.
      other.watch.allow(/\/api\//);
      const ended = other.page.getByText(en('login.sessionEnded')).waitFor();
      await Promise.race([ended, follow(other.page, 'nav.users')]);
      await ended;
      assert.match(other.page.url(), /\/login\?next=%2F/);
    }));
});
