/** Every page, as everybody who may see it, in every dress: nothing broken, nothing untranslated, nothing inaccessible. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COLOURS, EVERYTHING, violations } from '../harness/axe.mjs';
import { Frozen, NARROW, reopen, settle, WIDE } from '../harness/browser.mjs';
import { estate } from '../harness/estate.mjs';
import { pagesLoaded, routes } from '../harness/routes.mjs';
import { ADMIN } from '../harness/server.mjs';
import { rawKeysIn, text } from '../harness/texts.mjs';
import { signIn } from '../harness/visitor.mjs';
import { the, withPages } from '../harness/world.mjs';

/** Everything a page says, aloud or to assistive technology. */
function wordsOf(page) {
  return page.evaluate(() => {
    const spoken = ['aria-label', 'title', 'placeholder', 'alt'];
    const said = [...document.querySelectorAll(spoken.map((name) => `[${name}]`).join())].flatMap(
      (element) => spoken.map((name) => element.getAttribute(name)).filter(Boolean),
    );
    return [document.title, document.body.innerText, ...said].join('\n');
  });
}

async function look(page, watch, language, { colorScheme, viewport, rules }) {
  const { lang, theme, sideways } = await page.evaluate(() => {
    const { lang, dataset, scrollWidth, clientWidth } = document.documentElement;
    return { lang, theme: dataset.theme, sideways: scrollWidth - clientWidth };
  });
  return [
    ...watch.faults(),
    ...(lang === language ? [] : [`the document says it is in "${lang}"`]),
    ...(theme === colorScheme ? [] : [`it is ${theme}`]),
    ...(sideways > 0 ? [`scrolls sideways by ${sideways} px`] : []),
    ...rawKeysIn(await wordsOf(page)).map((key) => `shows the key ${key}`),
    ...(rules ? await violations(page, rules) : []),
  ].map((fault) => `${colorScheme}, ${viewport.width} px: ${fault}`);
}

const dress = (colorScheme, viewport, rules = null) => ({ colorScheme, viewport, rules });
/**
 * Each page in each language, in both themes and both widths. A width is a page of its own, so axe judges it by every
 * rule; of the other theme only the colours are new to it, and the narrow page shows nothing in its light colours that
 * the wide one does not. Of French nothing is new: the same elements in the same colours say other and longer words.
 */
const DRESSES = {
  en: [
    dress('light', WIDE, EVERYTHING),
    dress('dark', WIDE, COLOURS),
    dress('dark', NARROW, EVERYTHING),
    dress('light', NARROW),
  ],
  fr: [dress('light', WIDE), dress('dark', NARROW)],
};
/** For those who mostly see what the owner sees too. */
const FEWER_DRESSES = {
  en: [dress('light', WIDE, EVERYTHING)],
  fr: [dress('dark', NARROW, EVERYTHING)],
};

const NOWHERE = '/no/such/page';

/** To a page as from a bookmark: the program is loaded again, which is most of the time it takes. */
const load = (page, address) => page.goto(address);

/**
 * To a page as by a link, within the program; by way of one that does not exist, so that nothing of the page before
 * can be taken for it.
 */
async function walk(page, address, t) {
  const to = (path) =>
    page.evaluate((path) => {
      history.pushState(null, '', path);
      dispatchEvent(new PopStateEvent('popstate'));
    }, path);
  const nowhere = page.getByRole('heading', { level: 1, name: t('notFound.title') });
  await to('/nowhere');
  await nowhere.waitFor();
  await to(address);
  if (address !== NOWHERE) await nowhere.waitFor({ state: 'detached' });
}

async function sweep(
  visit,
  language,
  who,
  addresses,
  { dresses = DRESSES, foreign = [], go = load } = {},
) {
  const visitor = await visit({ locale: language === 'fr' ? 'fr-FR' : 'en-GB' });
  const t = (key, values) => text(language, key, values);
  // What a link that means nothing gets.
  visitor.watch.allow(/\/api\/auth\/invitations\/preview$/);
  visitor.watch.allow(/\/api\/v6\/ticket$/);
  // Another tenant's site and bay are absent, and their pages say so.
  for (const absent of foreign) visitor.watch.allow(absent);
  if (who) {
    const account = await the().api.signIn(who);
    await account.patch('/api/v6/me', { language });
    await signIn(visitor.page, who, { t });
  }
  const faults = [];
  for (const address of addresses) {
    const found = await lookAt(visitor, address, {
      language,
      wardrobe: dresses[language],
      go,
      t,
    }).catch(async (error) => {
      if (!(error instanceof Frozen)) throw error;
      await reopen(visitor);
      return lookAt(visitor, address, { language, wardrobe: dresses[language], go: load, t });
    });
    faults.push(...found);
  }
  assert.deepEqual(faults, []);
  // Nobody looks at it any more, and it would go on asking the server.
  await visitor.context.close();
}

/** One page in each of its dresses, and what is wrong with it. */
async function lookAt({ page, watch }, address, { language, wardrobe, go, t }) {
  const wear = async ({ colorScheme, viewport }) => {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
  };
  const [first, ...others] = wardrobe;
  await wear(first);
  await go(page, address, t);
  const faults = [];
  for (const next of [first, ...others]) {
    if (next !== first) await wear(next);
    await settle(page, watch);
    const found = await look(page, watch, language, next);
    faults.push(...found.map((fault) => `${address}, ${fault}`));
  }
  return faults;
}

const concrete = (path, { tenant, site, device, webhook }) =>
  path
    .replace(':tenantId', tenant.id)
    .replace(':siteId', site.id)
    .replace(':levelId', site.level.id)
    .replace(':spaceId', site.bay.id)
    .replace(':deviceId', device.id)
    .replace(':importId', site.import.id)
    .replace(':webhookId', webhook.id)
    .replace(':seriesId', site.series.id)
    .replace('*', NOWHERE);

/** Addresses behind the sign-in; those one may not see are looked at too: they say so. */
async function pagesFor(role) {
  const { full } = await estate();
  const all = routes
    .filter(({ guard }) => guard === 'session')
    .map(({ path }) => concrete(path, full));
  const extra = {
    'platform admin': [
      '/tenants?create=1',
      '/tenants?q=zzz',
      `/bays?bay=${full.site.bay.id}`,
      `/gateways?gateway=${full.gateway.id}`,
    ],
    owner: [
      '/users/invitations?invite=1',
      '/api-keys?create=1',
      '/webhooks?create=1',
      `/webhooks/${full.webhook.id}?status=failed`,
      '/audit-log?q=zzz',
      '/sites?create=1',
      `/sites?edit=${full.site.id}`,
      '/sites?deleted=true',
      '/bays?create=one',
      `/bays?create=many&site_id=${full.site.id}`,
      `/bays?bay=${full.site.bay.id}`,
      '/bays?deleted=true',
      `/labels?site_id=${full.site.id}`,
      `/sites/${full.site.id}/plan?bay=${full.site.bay.id}`,
      `/operations?site_id=${full.site.id}&view=plan`,
      `/operations?site_id=${full.site.id}&kiosk=1`,
      `/operations?site_id=${full.site.id}&q=zzz`,
      `/operations?site_id=${full.site.id}&bay=${full.site.bay.id}`,
      ...full.alarms.map(({ id }) => `/alarms?alarm=${id}`),
      '/alarms?status=all&explained=true',
      '/alarms?status=cleared',
      '/settings/lamps?policy=new',
      `/settings/reservations?site_id=${full.site.id}`,
      '/overrides?create=1',
      '/overrides/closures?create=1',
      '/devices?create=1',
      '/devices?archived=true',
      '/devices/unclaimed?dismissed=true',
      '/devices/models?model=plenom-busylight-omega',
      '/devices/models?create_model=1',
      `/devices/${full.device.id}?edit=1`,
      '/gateways?create=1',
      `/gateways?gateway=${full.gateway.id}`,
      `/gateways?edit=${full.gateway.id}`,
      `/imports/${full.site.import.id}?verdict=refused`,
      '/imports?q=zzz',
      '/reservations?status=confirmed',
      `/reservations/series?site_id=${full.site.id}`,
      '/reservations/waitlist?status=cancelled',
      `/reservations/series/${full.site.series.id}?reservation=${full.site.series.occurrences[0].reservation_id}`,
      '/reservations/calendar-links?create=1',
      `/reservations/calendar?site_id=${full.site.id}&view=week`,
      `/reservations/calendar?site_id=${full.site.id}&q=zzz`,
      `/reservations/new?site_id=${full.site.id}&from=${soon(24)}&until=${soon(26)}`,
      `/reservations/new?site_id=${full.site.id}&space_id=${full.site.bay.id}&from=${soon(24)}&until=${soon(26)}`,
      '/messages?kind=garbled',
      '/downlinks?status=failed',
      `/messages?device_id=${full.device.id}`,
    ],
    viewer: [`/bays?bay=${full.site.bay.id}`, `/gateways?gateway=${full.gateway.id}`],
  };
  return [...all, ...(extra[role] ?? [])];
}

/** In so many hours, on the hour. */
const soon = (hours) =>
  new Date(Math.ceil(Date.now() / 3_600_000 + hours) * 3_600_000).toISOString();

/** Once is enough to know that each page can be loaded by its address; with other questions behind it it is the same. */
const loadOnce = (page, address, t) => (/[?#]/.test(address) ? walk : load)(page, address, t);

const dressesFor = (role) => (role === 'owner' ? DRESSES : FEWER_DRESSES);

function anonymousPages() {
  const open = routes.filter(({ guard }) => guard !== 'session').map(({ path }) => path);
  const withToken = routes
    .filter(({ guard }) => guard === 'indifferent')
    .map(({ path }) => `${path}#token=nonsense`);
  return [...open, ...withToken];
}

test('the sweep knows every page of the route table', () => {
  assert.equal(routes.length, pagesLoaded);
});

/** Long enough for two busy cores to look at everything; a page that hangs fails sooner, by its own limits. */
const AT_MOST_MS = 15 * 60_000;

// Three at a time, so that two cores do not wait for any of them; the longest begins.
describe('every page is sound', { concurrency: 3 }, () => {
  for (const [role, whoIs] of Object.entries({
    owner: async () => (await estate()).full.owner,
    'platform admin': async () => ADMIN,
    viewer: async () => (await estate()).viewer,
    'owner of an empty tenant': async () => (await estate()).empty.owner,
  })) {
    // One after the other: an account has one language at a time.
    test(`for ${role}`, () =>
      withPages(
        async (visit) => {
          const who = await whoIs();
          const { full } = await estate();
          const { site, device, webhook } = full;
          const hook = `webhooks/${webhook.id}`;
          const mine = [
            `reservations/series/${site.series.id}`,
            `sites/${site.id}`,
            `levels/${site.level.id}`,
            `spaces/${site.bay.id}`,
          ];
          const all = [...mine, `devices/${device.id}`, `imports/${site.import.id}`, hook];
          const ofOthers =
            { 'owner of an empty tenant': all, 'platform admin': [hook] }[role] ?? [];
          const foreign = ofOthers.map((thing) => new RegExp(`/api/v6/${thing}`));
          const addresses = await pagesFor(role);
          // Who sees the most looks at three pages at a time, or everybody else is done long before.
          const shares = role === 'owner' ? 3 : 1;
          // English last: the account keeps it, and other tests read English.
          for (const language of ['fr', 'en']) {
            const looks = Array.from({ length: shares }, (_, share) =>
              sweep(
                visit,
                language,
                who,
                addresses.filter((_, n) => n % shares === share),
                {
                  dresses: dressesFor(role),
                  go: role === 'owner' && language === 'en' ? loadOnce : walk,
                  foreign,
                },
              ),
            );
            await Promise.all(looks);
          }
        },
        { atMostMs: AT_MOST_MS },
      ));
  }
  for (const language of ['en', 'fr']) {
    test(`for a stranger, in ${language}`, () =>
      withPages((visit) => sweep(visit, language, null, anonymousPages()), {
        atMostMs: AT_MOST_MS,
      }));
  }
});
