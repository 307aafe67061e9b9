/**
 * A customer's first day: a site, a level, 24 bays drawn on its plan, 24 sensors from a spreadsheet with two bad
 * rows, each at its bay. Then somebody who may only look, and somebody who looks after all customers.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { violations } from '../harness/axe.mjs';
import { settle } from '../harness/browser.mjs';
import { canvasOf, drawRow, numberBays, savePlan, says } from '../harness/drawing.mjs';
import { join, register } from '../harness/estate.mjs';
import { chooseFile, rowOf, uploadFile } from '../harness/importing.mjs';
import { menuRefuses, refuses } from '../harness/refusals.mjs';
import { ADMIN } from '../harness/server.mjs';
import { en } from '../harness/texts.mjs';
import { actingBar, enter, escape, follow, signIn } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Noor Haddad', email: 'noor@weir.test', password: PASSWORD };
const VIEWER = { name: 'Lia Costa', email: 'lia@weir.test', password: PASSWORD };
const TENANT = 'Weir Parking';
const SITE = 'Weir Bridge';
const LEVEL = 'Deck 1';
const REASON = 'Ticket 815: bay A-024 stays grey';

const two = (n) => String(n).padStart(2, '0');
const eui = (n) => `70B3D57ED00700${two(n)}`;
const sensor = (n) => `Weir ${two(n)}`;
const dialog = (page, name) => page.getByRole('dialog', { name });
const entries = (page, count) =>
  page.getByText(en('table.count_other', { formatted: count })).waitFor();
const bayOnPlan = (page, code) =>
  page.getByRole('button', { name: `${code}, ${en('bays.states.unknown')}` });

/** Nothing is moving, and axe has nothing to say. */
async function isSound({ page, watch }, where) {
  await settle(page, watch);
  assert.deepEqual(await violations(page), [], where);
}

/** From a list that opens over the page, after typing what one looks for. */
async function pick(page, field, typed, option) {
  await field.click();
  await field.fill(typed);
  await page.locator('.ant-select-dropdown:visible').getByText(option).first().click();
}

async function createsSite(visitor) {
  const { page } = visitor;
  await page.getByRole('link', { name: en('home.steps.site.title') }).click();
  const form = dialog(page, en('sites.create'));
  await form.getByLabel(en('fields.name'), { exact: true }).fill(SITE);
  const zone = form.getByLabel(en('sites.timezone'));
  await zone.fill('lisbon');
  await zone.press('Enter');
  await form.getByRole('button', { name: en('sites.createSubmit') }).click();
  await page.getByRole('heading', { level: 1, name: SITE }).waitFor();
  await page.getByRole('link', { name: en('sites.levelsAndZones') }).click();
  await page.getByLabel(en('parts.levelName')).fill(LEVEL);
  await page.getByRole('button', { name: en('parts.addLevel') }).click();
  await page.getByRole('link', { name: en('plan.editLevel', { level: LEVEL }) }).click();
  await canvasOf(page, LEVEL).waitFor();
  return new URL(page.url()).pathname;
}

async function drawsBays(visitor) {
  const { page } = visitor;
  await drawRow(page, canvasOf(page, LEVEL));
  await numberBays(page);
  await savePlan(page);
  await isSound(visitor, 'the editor of the plan');
}

/** 22 name their bay; two do not; one DevEUI is cut off, one bay is nowhere. */
async function importsSensors(visitor) {
  const { page } = visitor;
  await follow(page, 'nav.imports');
  await page
    .getByRole('main')
    .getByText(en('imports.kinds.devices'), { exact: true })
    .first()
    .click();
  const good = Array.from({ length: 24 }, (_, index) => {
    const n = index + 1;
    return [eui(n), sensor(n), 'bosch-tps110', n > 22 ? '' : `A-0${two(n)}`].join(';');
  });
  const file = [
    'DevEUI;Name;Model;Bay',
    ...good,
    '70B3D5;Half;bosch-tps110;A-023',
    `${eui(99)};Lost;bosch-tps110;B-001`,
  ];
  await chooseFile(page, 'sensors.csv', file.join('\r\n'));
  await uploadFile(page);
  await page.getByRole('button', { name: en('imports.check') }).click();
  await page.getByRole('button', { name: `${en('imports.verdicts.ready')} 24` }).waitFor();
  await page.getByRole('button', { name: `${en('imports.verdicts.refused')} 2` }).click();
  await rowOf(page, '70B3D5').getByText('this has 6').waitFor();
  await rowOf(page, eui(99)).getByText(en('imports.messages.no_such_space')).waitFor();
  await isSound(visitor, 'the verdicts');
  await page.getByRole('button', { name: en('imports.start_other', { formatted: 24 }) }).click();
  await dialog(page, /Leave out 2 refused rows/)
    .getByRole('button', { name: en('imports.skipVerb') })
    .click();
  await page.getByText(en('imports.createdDevices_other', { formatted: 24 })).waitFor();
}

/** What is left over stands on the start page: one sensor is sent to its bay, one bay asks for its sensor. */
async function assignsTheRest(visitor, plan) {
  const { page } = visitor;
  await follow(page, 'nav.home');
  const leftOver = page.getByRole('link', { name: en('dashboard.attention.show_unassigned') });
  await leftOver.waitFor();
  await isSound(visitor, 'the start page');
  await leftOver.click();
  await entries(page, 2);
  await page.getByRole('link', { name: sensor(23) }).click();
  await page.getByRole('heading', { level: 1, name: sensor(23) }).waitFor();
  await page.getByRole('button', { name: en('devices.assign') }).click();
  const form = dialog(page, en('devices.assignTitle', { name: sensor(23) }));
  await pick(page, form.getByLabel(en('spaces.one'), { exact: true }), 'A-023', `A-023, ${SITE}`);
  await form.getByRole('button', { name: en('devices.assignSubmit') }).click();
  await page
    .getByText(en('devices.assigned', { name: sensor(23), code: 'A-023' }))
    .first()
    .waitFor();

  await page.goto(plan);
  await bayOnPlan(page, 'A-024').click();
  const drawer = dialog(page, 'Bay A-024');
  await drawer.getByRole('button', { name: en('devices.assignToBay') }).click();
  const choice = dialog(page, en('devices.assignToBayTitle', { code: 'A-024' }));
  const typed = eui(24).match(/../g).join('-').toLowerCase();
  await pick(
    page,
    choice.getByLabel(en('devices.one'), { exact: true }),
    typed,
    new RegExp(sensor(24)),
  );
  await choice.getByRole('button', { name: en('devices.assignSubmit') }).click();
  await choice.waitFor({ state: 'hidden' });
  await drawer.getByRole('link', { name: eui(24) }).waitFor();
  await escape(page, drawer);
}

/** All 24 lie on the plan, and each says which sensor watches it. */
async function seesThemOnThePlan(visitor) {
  const { page } = visitor;
  const plan = page.getByRole('group', { name: en('plan.ofLevel', { level: LEVEL }) });
  assert.equal(await plan.getByRole('button', { name: /^A-0\d\d, / }).count(), 24);
  for (const n of [1, 23]) {
    await bayOnPlan(page, `A-0${two(n)}`).click();
    const drawer = dialog(page, `Bay A-0${two(n)}`);
    await drawer.getByRole('link', { name: eui(n) }).waitFor();
    if (n === 23) await isSound(visitor, 'a bay of the plan');
    await escape(page, drawer);
  }
}

/** What one who only looks may press: what finds, sorts, shows and takes away. */
const LOOKING = [
  en('table.actions'),
  en('spaces.export'),
  en('dataAge.refresh'),
  en('labels.title'),
  en('map.open'),
  en('plan.zoomIn'),
  en('plan.zoomOut'),
  en('plan.fit'),
  en('plan.toolNames.select'),
  en('plan.toolNames.pan'),
]
  .map((words) => new RegExp(`^${words}$`))
  // How near one is, how many there are of a kind, a bay of the plan or of the list; the menus of rows are looked into.
  .concat([/^\d+ %$/, /^\d+ [a-z ]+$/, /^A-0\d\d, /, /^Show A-0\d\d$/, /^Copy: /, /^Actions for /]);

/** Every other button of the page is absent, or does nothing and says why; what is otherwise. */
async function pressable(visitor, address) {
  const { page, watch } = visitor;
  await page.goto(address);
  await settle(page, watch);
  const buttons = await page
    .getByRole('main')
    .getByRole('button')
    .evaluateAll((all) =>
      all
        .filter((one) => one.getClientRects().length > 0)
        .map((one) => {
          const why = (one.getAttribute('aria-describedby') ?? '').split(' ').at(-1);
          return {
            name: (one.getAttribute('aria-label') ?? one.textContent).trim(),
            isRefused: one.getAttribute('aria-disabled') === 'true' || one.disabled,
            reason: why ? (document.getElementById(why)?.textContent ?? '') : '',
          };
        }),
    );
  const open = buttons.filter(
    ({ name, isRefused }) => !isRefused && !LOOKING.some((one) => one.test(name)),
  );
  const mute = buttons.filter(({ isRefused, reason }) => isRefused && !reason);
  return [
    ...open.map(({ name }) => `${address}: “${name}” may be pressed`),
    ...mute.map(({ name }) => `${address}: “${name}” does not say why not`),
  ];
}

describe('a first day', () => {
  let customer;
  let editor;
  const plan = () => editor.replace(/\/levels\/.*/, '/plan');
  before(async () => {
    customer = await register(OWNER, TENANT);
    await join(customer, VIEWER, 'viewer');
  });

  test('ends with a plan on which every bay has its sensor', () =>
    withPages(async (visit) => {
      const owner = await visit({ reducedMotion: 'reduce' });
      await signIn(owner.page, OWNER);
      editor = await createsSite(owner);
      await drawsBays(owner);
      await importsSensors(owner);
      await assignsTheRest(owner, plan());
      await seesThemOnThePlan(owner);
    }));

  test('leaves a viewer everything to look at and nothing to change', () =>
    withPages(async (visit) => {
      const viewer = await visit({ reducedMotion: 'reduce' });
      const { page } = viewer;
      await signIn(page, VIEWER);
      const why = /^Only (operators, )?administrators and owners may do this\.$/;
      const reason = /Only (operators, )?administrators and owners may do this\./;
      const site = plan().replace(/\/plan$/, '');

      const faults = [];
      const onlyLooks = async (...where) => faults.push(...(await pressable(viewer, ...where)));
      await onlyLooks('/');
      await onlyLooks('/sites');
      await refuses(page, page.getByRole('button', { name: en('sites.create') }), why);
      await menuRefuses(
        page,
        page.getByRole('button', { name: en('sites.actionsFor', { name: SITE }) }),
        reason,
      );
      await onlyLooks(site);
      await onlyLooks(`${site}/levels`);
      await refuses(page, page.getByRole('button', { name: en('parts.addLevel') }), why);
      await onlyLooks(editor);
      await says(page, en('plan.drawn_other', { formatted: 24 }));
      await refuses(page, page.getByRole('button', { name: en('plan.save') }), why);
      await onlyLooks(`${site}/bays`);
      await refuses(page, page.getByRole('button', { name: en('spaces.createMany') }), why);
      await menuRefuses(
        page,
        page.getByRole('button', { name: en('spaces.actionsFor', { code: 'A-001' }) }),
        reason,
      );
      await onlyLooks('/devices');
      await refuses(page, page.getByRole('button', { name: en('devices.create') }), why);
      await menuRefuses(
        page,
        page.getByRole('button', { name: en('devices.actionsFor', { name: sensor(24) }) }),
        reason,
      );
      await page.goto('/imports');
      await page.getByText('imports:manage').waitFor();

      await onlyLooks(plan());
      await bayOnPlan(page, 'A-024').click();
      const drawer = dialog(page, 'Bay A-024');
      await drawer.getByRole('link', { name: eui(24) }).waitFor();
      const takeOut = drawer.getByRole('button', { name: en('spaces.takeOut') });
      assert.equal(await takeOut.getAttribute('aria-disabled'), 'true');
      await isSound(viewer, 'a bay, for a viewer');
      await drawer.getByRole('link', { name: eui(24) }).click();
      await page.getByRole('heading', { level: 1, name: sensor(24) }).waitFor();
      await onlyLooks(new URL(page.url()).pathname);
      const unassign = page.getByRole('button', { name: en('devices.unassign') });
      await refuses(page, unassign, why);
      assert.deepEqual(faults, []);
    }));

  test('is looked at by the platform’s administrator, who changes nothing and leaves', () =>
    withPages(async (visit) => {
      const admin = await visit({ reducedMotion: 'reduce' });
      const { page } = admin;
      await signIn(page, ADMIN);
      const why = new RegExp(en('estate.platformReads'));
      // All customers together: whose each thing is stands beside it, and nothing can be changed.
      await page.goto(`/devices?q=${eui(24)}`);
      const row = rowOf(page, sensor(24));
      await row.getByText(TENANT, { exact: true }).waitFor();
      await isSound(admin, 'devices of all tenants');
      await refuses(page, page.getByRole('button', { name: en('devices.create') }), why);
      await page.goto(`/sites?q=${encodeURIComponent(SITE)}`);
      await rowOf(page, SITE).getByText(TENANT, { exact: true }).waitFor();
      await refuses(page, page.getByRole('button', { name: en('sites.create') }), why);
      await page.goto(plan());
      await bayOnPlan(page, 'A-024').click();
      const takeOut = dialog(page, 'Bay A-024').getByRole('button', { name: en('spaces.takeOut') });
      await takeOut.waitFor();
      assert.equal(await takeOut.getAttribute('aria-disabled'), 'true');
      await page.keyboard.press('Escape');

      await enter(page, customer.tenant, REASON);
      await actingBar(page).getByText(REASON).waitFor();
      await follow(page, 'nav.devices');
      await entries(page, 24);
      assert.equal(await page.getByRole('columnheader', { name: en('estate.tenant') }).count(), 0);
      await page.goto(plan());
      await bayOnPlan(page, 'A-024').waitFor();
      await isSound(admin, 'the plan, acting for its tenant');
      await actingBar(page)
        .getByRole('button', { name: en('acting.leave') })
        .click();
      await actingBar(page).waitFor({ state: 'hidden' });
      await follow(page, 'nav.sites');
      await refuses(page, page.getByRole('button', { name: en('sites.create') }), why);

      const { entries: log } = await customer.api.get('/api/v6/audit-log?q=815');
      assert.ok(log.length > 0, 'the customer reads why somebody was there');
    }));
});
