/** What people do again and again in the browser. */
import { en } from './texts.mjs';

/** Fills in the sign-in form that is on the page; the words are those of `t`. */
export async function fillLogin(page, { email, password }, t = en) {
  await page.getByLabel(t('fields.email')).fill(email);
  await page.getByLabel(t('fields.password'), { exact: true }).fill(password);
  await page.getByRole('button', { name: t('login.submit') }).click();
}

/**
 * Signs in as the form does, without loading the page of the form; whoever tests that page fills it in. Then the page
 * is the one of `path`.
 */
export async function signIn(page, { email, password }, { path = '/', t = en } = {}) {
  const answer = await page.request.post('/api/auth/login', {
    data: { email, password, cookie: true },
  });
  if (!answer.ok()) throw new Error(`${email} is not let in: ${answer.status()}`);
  // Anything of this origin that is quickly there, to leave the mark that there is a session to take up.
  await page.goto('/version');
  await page.evaluate(() => localStorage.setItem('parking.session', '1'));
  await page.goto(path);
  await page
    .getByRole('navigation', { name: t('nav.label') })
    .or(page.getByRole('button', { name: t('nav.open') }))
    .first()
    .waitFor();
}

/** A new password, twice. */
export async function fillNewPassword(page, password, t = en) {
  await page.getByLabel(t('fields.newPassword'), { exact: true }).fill(password);
  await page.getByLabel(t('fields.repeatPassword')).fill(password);
}

/** From the list of tenants to the page of one. */
export async function openTenantPage(page, tenant, t = en) {
  await follow(page, 'nav.tenants', t);
  await page.getByLabel(t('tenants.search')).fill(tenant.slug);
  // What is clicked before the others are gone moves away from under the pointer.
  await page.getByRole('row').nth(2).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: tenant.name }).click();
  await page.getByRole('heading', { level: 1, name: tenant.name }).waitFor();
}

/** As a platform administrator into somebody else's tenant, for a reason. */
export async function enter(page, tenant, reason) {
  await openTenantPage(page, tenant);
  const actions = page.getByRole('button', { name: en('table.actions') });
  const named = page.getByRole('button', { name: en('tenants.actionsFor', { name: tenant.name }) });
  await actions.or(named).first().click();
  await page.getByRole('menuitem', { name: en('tenants.enter') }).click();
  const form = page.getByRole('dialog', { name: en('tenants.enterTitle', { name: tenant.name }) });
  await form.getByLabel(en('tenants.reason')).fill(reason);
  await form.getByRole('button', { name: en('tenants.enterSubmit') }).click();
}

/** What says, on every page, in whose tenant one acts. */
export const actingBar = (page) => page.getByRole('region', { name: en('acting.label') });

/** To a page by the navigation at the side; `key` names the entry in the texts. */
export const follow = (page, key, t = en) =>
  page
    .getByRole('navigation', { name: t('nav.label') })
    .getByRole('link', { name: t(key), exact: true })
    .click();

/** Escape until this is gone: what lies on top of it goes first, be it only a hint at the pointer. */
export async function escape(page, open) {
  for (let presses = 0; presses < 3; presses += 1) {
    await page.keyboard.press('Escape');
    const isGone = open.waitFor({ state: 'hidden', timeout: 10_000 });
    if (
      await isGone.then(
        () => true,
        () => false,
      )
    )
      return;
  }
  throw new Error('Escape closes nothing here');
}

/**
 * Takes back what was just done, once `seen` has shown it. The pointer rests on the button meanwhile, as a person's
 * would: news goes after some seconds, and a machine that also compiles takes longer than a person.
 */
export async function undo(within, seen) {
  const button = within.getByRole('button', { name: en('common.undo') }).last();
  await button.hover();
  await seen;
  await button.click();
}
