/** A platform administrator in somebody else's tenant: cannot overlook it, sees only it, leaves nothing behind. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estate } from '../harness/estate.mjs';
import { ADMIN } from '../harness/server.mjs';
import { en } from '../harness/texts.mjs';
import { actingBar, enter, fillLogin, follow, signIn } from '../harness/visitor.mjs';
import { withPages } from '../harness/world.mjs';

const REASON = 'Ticket 4711: the terminal answers 401';

const rowsOf = (page, label) => page.getByRole('table', { name: label }).getByRole('row');

describe('acting for another tenant', () => {
  test('is announced by a bar, shows that tenant alone, and leaves nothing behind', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page } = await visit();
      await signIn(page, ADMIN);
      await follow(page, 'nav.users');
      await page.getByRole('rowheader', { name: ADMIN.email }).waitFor();

      await enter(page, full.tenant, REASON);
      await actingBar(page).getByText(REASON).waitFor();
      await actingBar(page).getByText(full.tenant.name).waitFor();
      await follow(page, 'nav.users');
      await page.getByRole('rowheader', { name: full.owner.email }).waitFor();
      assert.equal(await page.getByRole('rowheader', { name: ADMIN.email }).count(), 0);
      // As administrator there, not as platform administrator: no other tenants.
      assert.equal(await page.getByRole('link', { name: en('nav.tenants') }).count(), 0);

      await actingBar(page)
        .getByRole('button', { name: en('acting.leave') })
        .click();
      await actingBar(page).waitFor({ state: 'hidden' });
      await follow(page, 'nav.users');
      await page.getByRole('rowheader', { name: ADMIN.email }).waitFor();
      assert.equal(await page.getByRole('rowheader', { name: full.owner.email }).count(), 0);
      assert.equal(await rowsOf(page, en('users.members')).count(), 2);
    }));

  test('never shows a frame with rows of the tenant just left', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page } = await visit();
      await signIn(page, ADMIN);
      await enter(page, full.tenant, REASON);
      await follow(page, 'nav.users');
      await page.getByRole('rowheader', { name: full.owner.email }).waitFor();
      // From now on the page itself notes whether that address was ever drawn again.
      await page.evaluate((email) => {
        window.seenAfterwards = false;
        window.watchFor = () => {
          const look = () => {
            window.seenAfterwards ||= document.body.innerText.includes(email);
          };
          new MutationObserver(look).observe(document.body, {
            subtree: true,
            childList: true,
            characterData: true,
          });
        };
      }, full.owner.email);
      await actingBar(page)
        .getByRole('button', { name: en('acting.leave') })
        .click();
      await page.getByRole('heading', { name: en('home.title', { name: ADMIN.name }) }).waitFor();
      await page.evaluate(() => window.watchFor());
      await follow(page, 'nav.users');
      await page.getByRole('rowheader', { name: ADMIN.email }).waitFor();
      assert.equal(await page.evaluate(() => window.seenAfterwards), false);
    }));

  test('stands in the log of that tenant with the reason', () =>
    withPages(async (visit) => {
      const { full } = await estate();
      const { page } = await visit();
      await page.goto('/audit-log?q=4711');
      await fillLogin(page, full.owner);
      await page.getByRole('table', { name: en('audit.entries') }).waitFor();
      await page.getByRole('rowheader').getByRole('button').first().click();
      await page.getByRole('dialog').getByText(REASON).waitFor();
    }));
});

test('whoever runs the platform sees who is near a limit', () =>
  withPages(async (visit) => {
    const { admin, full, empty } = await estate();
    const [row] = (await admin.get('/api/v6/platform/usage?q=Northgate')).tenants;
    const { used } = row.resources.find((one) => one.resource === 'users');
    await admin.patch(`/api/v6/tenants/${full.tenant.id}`, { limits: { users: used + 1 } });
    const { page } = await visit();
    await signIn(page, ADMIN);
    await follow(page, 'nav.platformUsage');
    const table = page.getByRole('table', { name: en('platformUsage.title') });
    await table.getByRole('link', { name: full.tenant.name }).waitFor();
    await page.goto('/tenant-usage?near_limit=true');
    await table.getByRole('link', { name: full.tenant.name }).waitFor();
    assert.equal(await table.getByRole('link', { name: empty.tenant.name }).count(), 0);
    const users = `${full.tenant.name}: ${en('usage.resources.users')}`;
    assert.equal(
      await table.getByRole('meter', { name: users }).getAttribute('aria-valuemax'),
      `${used + 1}`,
    );
    await admin.patch(`/api/v6/tenants/${full.tenant.id}`, { limits: { users: 9 } });
  }));

test('who belongs to two tenants switches between them from the keyboard', () =>
  withPages(async (visit) => {
    const { twofold, full, empty } = await estate();
    const { page } = await visit();
    await signIn(page, twofold);
    const button = page.getByRole('button', { name: en('tenantSwitch.prefix') });
    const [from, to] = (await button.innerText()).includes(full.tenant.name)
      ? [full.tenant, empty.tenant]
      : [empty.tenant, full.tenant];
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: en('tenantSwitch.search') }).waitFor();
    await page.keyboard.type(to.name.slice(0, 5));
    await page.keyboard.press('Enter');
    await page.getByText(en('tenantSwitch.done', { tenant: to.name })).waitFor();
    await page.getByText(to.name).first().waitFor();
    assert.equal(await page.getByRole('main').getByText(from.name).count(), 0);
  }));
