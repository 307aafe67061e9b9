/** Sensors and lamps: from the label to the bay, off it again, claimed from the air, handed on. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { estate, join, register } from '../harness/estate.mjs';
import { hearsDevice, hearsOrphan } from '../harness/radio.mjs';
import { ADMIN } from '../harness/server.mjs';
import { en } from '../harness/texts.mjs';
import { fillLogin, follow, signIn, undo } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Dana Okoro', email: 'dana@dock.test', password: PASSWORD };
const COLLEAGUE = { name: 'Per Holm', email: 'per@dock.test', password: PASSWORD };
const LABEL = new URL('../fixtures/label.png', import.meta.url).pathname;
/** What the picture says. */
const ON_LABEL = { eui: '70B3D57ED00500AA', join: '70B3D57ED0000001', serial: 'N-0815' };
/** The example of the recommendation, whose checksum is right. */
const PRINTED =
  'LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C';

const dialog = (page, name) => page.getByRole('dialog', { name });
const toast = (page, words) => page.getByText(words).first().waitFor();

/** From a list that opens over the page, after typing what one looks for. */
async function pick(page, field, typed, option) {
  await field.click();
  await field.fill(typed);
  await page.locator('.ant-select-dropdown:visible').getByText(option).first().click();
}

async function fact(scope, label, words) {
  const row = scope.locator(`dl > div:has(dt:text-is("${label}"))`);
  await row.filter({ hasText: words }).first().waitFor();
}

let dock;
let bays;

async function build() {
  dock = await register(OWNER, 'Dock Parking');
  await join(dock, COLLEAGUE, 'admin');
  const site = await dock.api.post('/api/v6/sites', {
    name: 'Dock Seven',
    timezone: 'Europe/Oslo',
  });
  const made = await dock.api.post('/api/v6/spaces/bulk', {
    site_id: site.id,
    pattern: 'D-01..D-40',
    template: {},
  });
  bays = made.spaces;
}

const device = (number, more = {}) =>
  dock.api.post('/api/v6/devices', {
    dev_eui: `70B3D57ED0099${String(number).padStart(3, '0')}`,
    model: 'bosch-tps110',
    ...more,
  });

describe('devices', () => {
  before(build);

  test('are created by hand, with what is wrong said beside its field', () =>
    withPages(async (visit) => {
      const { page, watch } = await visit();
      await signIn(page, OWNER);
      await follow(page, 'nav.devices');
      await page.getByRole('button', { name: en('devices.create') }).click();
      const form = dialog(page, en('devices.create'));
      await form.getByLabel('DevEUI').fill('70:b3:d5:7e:d0:05');
      await form.getByLabel(en('fields.name')).fill('North gate');
      await form.getByText(en('eui.faults.length', { found: 12 })).waitFor();
      await form.getByLabel('DevEUI').fill('70:b3:d5:7e:d0:09:90:01');
      await form.getByText(en('eui.keptAs', { eui: '70B3D57ED0099001' })).waitFor();
      await form.getByLabel('AppKey').fill('0011');
      await form.getByRole('button', { name: en('devices.createSubmit') }).click();
      await form.getByText(en('errors.fields.appKey')).waitFor();
      await form.getByLabel('AppKey').fill('00112233445566778899aabbccddeeff');
      await pick(page, form.getByLabel(en('devices.model')), 'tps110', 'TPS110');
      await form.getByRole('button', { name: en('devices.createSubmit') }).click();
      await page.getByRole('heading', { level: 1, name: 'North gate' }).waitFor();
      await fact(page, 'DevEUI', '70B3D57ED0099001');
      await fact(page, 'AppKey', en('devices.keyKnown'));
      assert.equal((await page.content()).includes('AABBCCDDEEFF'), false);
      // The same once more is refused, in words.
      watch.allow(/\/api\/v6\/devices$/);
      await page.goto('/devices?create=1');
      await form.getByLabel('DevEUI').fill('0x70b3d57ed0099001');
      await form.getByRole('button', { name: en('devices.createSubmit') }).click();
      await form.getByText(en('errors.codes.device_taken')).waitFor();
    }));

  test('are added from their labels, one after the other', () =>
    withPages(async (visit) => {
      const { page, watch } = await visit();
      await signIn(page, OWNER);
      await follow(page, 'nav.devices');
      await page.getByRole('button', { name: en('onboard.title') }).click();
      watch.allow(/\/api\/v6\/devices\/onboard$/);
      const code = page.getByLabel(en('onboard.code'), { exact: true });
      await code.fill('no code at all');
      await code.press('Enter');
      await page.getByText(en('errors.fields.notALabel')).waitFor();
      await code.fill(PRINTED.replace(/2C$/, '2D'));
      await code.press('Enter');
      await page.getByText(en('onboard.checksumWrong')).waitFor();
      await code.fill(PRINTED);
      await code.press('Enter');
      await page.getByText(en('onboard.checksums.right')).waitFor();
      await fact(page, 'DevEUI', 'AABBCCDDEEFF0011');
      await fact(page, 'JoinEUI', '1122334455667788');
      await fact(page, en('onboard.vendor'), 'AABB');
      await fact(page, en('onboard.profile'), '1122');
      await fact(page, en('devices.serial'), 'YYWWNNNNNN');
      await fact(page, en('onboard.ownerToken'), en('onboard.ownerTokenIn'));
      await fact(page, en('onboard.proprietary'), 'FOOBAR');
      await page.getByText(en('onboard.step3Intro')).waitFor();
      assert.equal((await dock.api.get('/api/v6/devices?q=AABBCCDDEEFF0011')).total, 0);
      await pick(page, page.getByLabel(en('devices.model')), 'tps110', 'TPS110');
      await pick(
        page,
        page.getByLabel(en('spaces.one'), { exact: false }).last(),
        'D-11',
        'D-11, Dock Seven',
      );
      await page.getByRole('button', { name: en('onboard.submitAssign') }).click();
      await page.getByText(en('onboard.madeServes', { code: 'D-11' })).waitFor();
      // The next one comes as a photo.
      await page.locator('input[type=file]').setInputFiles(LABEL);
      await fact(page, 'DevEUI', ON_LABEL.eui);
      await fact(page, 'JoinEUI', ON_LABEL.join);
      await fact(page, en('devices.serial'), ON_LABEL.serial);
      await page.getByRole('button', { name: en('onboard.submit'), exact: true }).click();
      await page.getByRole('link', { name: ON_LABEL.eui }).waitFor();
      const [made] = (await dock.api.get(`/api/v6/devices?q=${ON_LABEL.eui}`)).devices;
      assert.equal(made.model.id, 'bosch-tps110', 'the model stays chosen for the next one');
      // And the first again: it is there already, and one is led to it.
      await code.fill(PRINTED);
      await code.press('Enter');
      await page.getByText(en('errors.codes.device_taken')).waitFor();
      await page.getByRole('link', { name: en('onboard.lookForIt') }).click();
      await page.getByRole('link', { name: 'AABBCCDDEEFF0011' }).waitFor();
    }));

  test('are put to work by searching the bay, taken off with a reason, and that undone', () =>
    withPages(async (visit) => {
      const sensor = await device(20, { name: 'Pier 20' });
      const other = await device(21, { name: 'Pier 21' });
      await dock.api.post(`/api/v6/devices/${other.id}/assign`, { space_id: bays[20].id });
      const { page, watch } = await visit();
      await signIn(page, OWNER, { path: `/devices/${sensor.id}` });
      await page.getByRole('button', { name: en('devices.assign') }).click();
      const form = dialog(page, en('devices.assignTitle', { name: 'Pier 20' }));
      const bay = form.getByLabel(en('spaces.one'), { exact: true });
      // A bay that has a sensor says so and cannot be chosen.
      await bay.click();
      await bay.fill('D-21');
      await page.getByText(en('devices.bayHas.sensor', { eui: other.dev_eui })).waitFor();
      await pick(page, bay, 'D-20', 'D-20, Dock Seven');
      // Somebody is faster: one wins, the other is told who.
      const rival = await device(22, { name: 'Pier 22' });
      await dock.api.post(`/api/v6/devices/${rival.id}/assign`, { space_id: bays[19].id });
      watch.allow(/\/assign$/);
      await form.getByRole('button', { name: en('devices.assignSubmit') }).click();
      await form
        .getByText(
          new RegExp(`${rival.dev_eui} has served D-20 since .*, assigned by ${OWNER.name}`),
        )
        .waitFor();
      await pick(page, bay, 'D-23', 'D-23, Dock Seven');
      await form.getByRole('button', { name: en('devices.assignSubmit') }).click();
      await toast(page, en('devices.assigned', { name: 'Pier 20', code: 'D-23' }));
      await fact(page, en('spaces.one'), 'D-23');
      await page.getByRole('button', { name: en('devices.unassign') }).click();
      const off = dialog(page, en('devices.unassignTitle', { name: 'Pier 20', code: 'D-23' }));
      await off.getByRole('button', { name: en('devices.unassignSubmit') }).click();
      await off.getByText(en('devices.reasonRequired')).waitFor();
      await off.getByLabel(en('devices.reason')).fill('The plate is cracked');
      await off.getByRole('button', { name: en('devices.unassignSubmit') }).click();
      const news = page
        .getByRole('alert')
        .filter({ hasText: en('devices.unassigned', { name: 'Pier 20', code: 'D-23' }) });
      await undo(news, page.getByText(en('devices.servesNone')).waitFor());
      await toast(page, en('common.undone'));
      await fact(page, en('spaces.one'), 'D-23');
      await page.getByRole('link', { name: en('devices.history') }).click();
      await page.getByText('The plate is cracked').first().waitFor();
      assert.equal(await page.getByText(en('devices.happenings.assigned')).count(), 2);
    }));

  test('are given to a bay from the bay, by DevEUI in any notation', () =>
    withPages(async (visit) => {
      const sensor = await device(30, { name: 'Pier 30' });
      const { page } = await visit();
      await signIn(page, OWNER, { path: `/bays?bay=${bays[29].id}` });
      const drawer = dialog(page, 'Bay D-30');
      await drawer.getByRole('button', { name: en('devices.assignToBay') }).click();
      const form = dialog(page, en('devices.assignToBayTitle', { code: 'D-30' }));
      await pick(
        page,
        form.getByLabel(en('devices.one'), { exact: true }),
        '70-b3-d5-7e-d0-09-90-30',
        /Pier 30/,
      );
      await form.getByRole('button', { name: en('devices.assignSubmit') }).click();
      await drawer.getByRole('link', { name: sensor.dev_eui }).click();
      await page.getByRole('heading', { level: 1, name: 'Pier 30' }).waitFor();
    }));

  test('that two people edit at once keep what both typed', () =>
    withPages(async (visit) => {
      const sensor = await device(40, { name: 'Pier 40', notes: 'old' });
      const [mine, theirs] = [await visit(), await visit()];
      await signIn(mine.page, OWNER);
      await signIn(theirs.page, COLLEAGUE);
      const form = (page) => dialog(page, en('devices.editTitle', { name: 'Pier 40' }));
      for (const { page } of [mine, theirs]) {
        await page.goto(`/devices/${sensor.id}?edit=1`);
        await form(page).getByLabel(en('devices.serial')).waitFor();
      }
      await form(theirs.page).getByLabel(en('devices.serial')).fill('SN-40');
      await form(theirs.page).getByLabel(en('spaces.notes')).fill('theirs');
      await form(theirs.page)
        .getByRole('button', { name: en('common.save') })
        .click();
      await form(theirs.page).waitFor({ state: 'hidden' });
      mine.watch.allow(new RegExp(`/api/v6/devices/${sensor.id}$`));
      await form(mine.page).getByLabel(en('spaces.notes')).fill('mine');
      await form(mine.page)
        .getByRole('button', { name: en('common.save') })
        .click();
      const notice = form(mine.page)
        .getByRole('alert')
        .filter({ hasText: en('conflict.title') });
      await notice.getByText('SN-40').waitFor();
      await notice.getByText(en('conflict.both')).waitFor();
      assert.equal(await form(mine.page).getByLabel(en('spaces.notes')).inputValue(), 'mine');
      await notice.getByRole('button', { name: en('conflict.keepMine') }).click();
      await form(mine.page).waitFor({ state: 'hidden' });
      const { serial_number, notes } = await dock.api.get(`/api/v6/devices/${sensor.id}`);
      assert.deepEqual({ serial_number, notes }, { serial_number: 'SN-40', notes: 'mine' });
    }));

  test('never look fresher than they are', () =>
    withPages(async (visit) => {
      const never = await device(50, { name: 'Pier 50' });
      const silent = await device(51, { name: 'Pier 51', heartbeat_seconds: 600 });
      const unjudged = await dock.api.post('/api/v6/devices', {
        dev_eui: '70B3D57ED0099052',
        name: 'Pier 52',
      });
      hearsDevice(silent.id, { minutes: 26, battery: 11, rssi: -120, snr: -15 });
      hearsDevice(unjudged.id, { minutes: 60 * 24 * 40 });
      const { page } = await visit();
      await signIn(page, OWNER);
      for (const [one, verdict] of [
        [never, 'never'],
        [silent, 'silent'],
        [unjudged, 'unjudged'],
      ]) {
        await page.goto(`/devices/${one.id}/health`);
        await page.getByText(en(`devices.verdictTexts.${verdict}`)).waitFor();
      }
      await page.goto('/devices?q=Pier 51');
      const row = page.getByRole('row').filter({ hasText: 'Pier 51' });
      await row.getByText(en('devices.silent'), { exact: true }).waitFor();
      await row.getByText(en('devices.signals.weak')).waitFor();
      await row.getByText('11 %').waitFor();
    }));

  test('are found by their filters, archived many at once, and brought back to their bays', () =>
    withPages(async (visit) => {
      const first = await device(60, { name: 'Quay 60' });
      await device(61, { name: 'Quay 61' });
      await dock.api.post(`/api/v6/devices/${first.id}/assign`, { space_id: bays[35].id });
      const { page } = await visit();
      await signIn(page, OWNER);
      // As a program would link here.
      await page.goto('/devices?assigned_only=true&q=Quay');
      await page.getByText(en('table.count_one', { formatted: 1 })).waitFor();
      await page.goto('/devices?q=Quay&sort=name');
      await page.getByRole('checkbox', { name: en('table.selectAll') }).check();
      const bar = page.getByRole('region', { name: en('table.selection') });
      await bar.getByRole('button', { name: en('devices.archive') }).click();
      const form = dialog(page, 'Archive 2 devices?');
      const submit = form.getByRole('button', { name: en('devices.archive') });
      assert.equal(await submit.isDisabled(), true);
      await form.getByRole('checkbox').check();
      await submit.click();
      await undo(page, page.getByText(en('table.noHits')).waitFor());
      await toast(page, en('common.undone'));
      const back = await dock.api.get(`/api/v6/devices/${first.id}`);
      assert.equal(back.space_code, 'D-36');
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: en('spaces.export') }).click();
      assert.match((await download).suggestedFilename(), /^devices-.*\.csv$/);
    }));

  test('go through their lives by the stages the server allows', () =>
    withPages(async (visit) => {
      const lamp = await device(70, { name: 'Pier 70' });
      const { page } = await visit();
      await signIn(page, OWNER, { path: `/devices/${lamp.id}` });
      const menu = async () => {
        await page.getByRole('button', { name: en('table.actions') }).click();
        return page.getByRole('menuitem', { name: en('devices.changeStage') });
      };
      await (await menu()).click();
      const form = dialog(page, en('devices.stageTitle', { name: 'Pier 70' }));
      assert.equal(await form.getByRole('radio').count(), 3);
      await form.getByRole('radio', { name: en('devices.stages.decommissioned.name') }).check();
      await form.getByLabel(en('devices.reason')).fill('Water inside');
      await form.getByRole('button', { name: en('devices.stageSubmit') }).click();
      await form.waitFor({ state: 'hidden' });
      const over = await menu();
      assert.equal(await over.getAttribute('aria-disabled'), 'true');
      assert.match(await over.innerText(), new RegExp(en('devices.refusals.lifeOver')));
    }));

  test('that nobody has claimed are claimed for a bay, or set aside and taken back', () =>
    withPages(async (visit) => {
      const { page } = await visit();
      await signIn(page, OWNER, { path: '/devices/unclaimed' });
      await page.getByText(en('orphans.emptyTitle')).waitFor();
      hearsOrphan(dock.tenant.id, '0004A30B00CC0001', { model: 'bosch-tps110' });
      hearsOrphan(dock.tenant.id, '0004A30B00CC0002', { rssi: -121, snr: -14 });
      await page.getByRole('button', { name: en('dataAge.refresh') }).click();
      const far = page.getByRole('row').filter({ hasText: '0004A30B00CC0002' });
      await far.getByText(en('devices.signals.weak')).waitFor();
      await far
        .getByRole('button', { name: en('devices.actionsFor', { name: '0004A30B00CC0002' }) })
        .click();
      await page.getByRole('menuitem', { name: en('orphans.dismiss') }).click();
      await undo(page, far.waitFor({ state: 'hidden' }));
      await far.waitFor();
      await page
        .getByRole('button', { name: en('orphans.claimOne', { eui: '0004A30B00CC0001' }) })
        .click();
      const form = dialog(page, en('orphans.claimTitle'));
      await form.getByText(en('orphans.guessHint')).waitFor();
      await form.getByLabel(en('fields.name')).fill('Out of the air');
      await pick(
        page,
        form.getByLabel(en('spaces.one'), { exact: false }).last(),
        'D-38',
        'D-38, Dock Seven',
      );
      await form.getByRole('button', { name: en('orphans.claimAssign') }).click();
      await page.getByRole('heading', { level: 1, name: 'Out of the air' }).waitFor();
      await fact(page, en('spaces.one'), 'D-38');
    }));

  test('have models and gateways of the tenant’s own', () =>
    withPages(async (visit) => {
      const { page } = await visit();
      await signIn(page, OWNER, { path: '/devices/models' });
      await page.getByRole('button', { name: en('models.create') }).click();
      const form = dialog(page, en('models.create'));
      await pick(page, form.getByLabel(en('models.basedOn')), 'busylight', /Busylight/);
      await form.getByLabel(en('models.vendor')).fill('Dock');
      await form.getByLabel(en('fields.name'), { exact: true }).fill('Blue lamp');
      await form.getByLabel(en('bays.states.free')).fill('0000f');
      await form.getByRole('button', { name: en('models.createSubmit') }).click();
      await form.getByText(en('models.lampCodeWrong')).waitFor();
      await form.getByLabel(en('bays.states.free')).fill('0000ff');
      await form.getByRole('button', { name: en('models.createSubmit') }).click();
      await form.waitFor({ state: 'hidden' });
      await page.goto('/devices/models?is_own=true');
      await page
        .getByRole('button', { name: en('models.open', { name: 'Dock Blue lamp' }) })
        .click();
      await dialog(page, 'Dock Blue lamp').getByText('0000FF').waitFor();
      await page.keyboard.press('Escape');
      await page
        .getByRole('button', { name: en('models.actionsFor', { name: 'Dock Blue lamp' }) })
        .click();
      await page.getByRole('menuitem', { name: en('common.delete') }).click();
      await dialog(page, en('models.deleteTitle', { name: 'Dock Blue lamp' }))
        .getByRole('button', { name: en('common.delete') })
        .click();
      await page.getByText(en('table.noHits')).waitFor();

      await follow(page, 'nav.gateways');
      await page.getByRole('button', { name: en('gateways.create') }).click();
      const gateway = dialog(page, en('gateways.create'));
      await gateway.getByLabel('EUI').fill('a8-40-41-ff-ff-1e-d0-c5');
      await gateway.getByLabel(en('fields.name'), { exact: true }).fill('Crane');
      await gateway.getByRole('button', { name: en('keyValues.add') }).click();
      await gateway.getByLabel(en('keyValues.key', { n: 1 })).fill('mast');
      await gateway.getByLabel(en('keyValues.value', { n: 1 })).fill('12 m');
      await gateway.getByRole('button', { name: en('gateways.createSubmit') }).click();
      await gateway.waitFor({ state: 'hidden' });
      const row = page.getByRole('row').filter({ hasText: 'Crane' });
      await row.getByText(en('gateways.statuses.never_seen')).waitFor();
      await row.getByRole('button', { name: en('gateways.open', { name: 'Crane' }) }).click();
      await fact(dialog(page, 'Crane'), 'mast', '12 m');
    }));
});

async function refused(page, button, words) {
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  const why = await button.getAttribute('aria-describedby');
  assert.match(await page.locator(`[id="${why.split(' ').at(-1)}"]`).textContent(), words);
  await button.click({ force: true });
  assert.equal(await page.getByRole('dialog').count(), 0);
}

describe('devices of others', () => {
  test('show a viewer everything and why nothing can be changed', () =>
    withPages(async (visit) => {
      const { viewer, full } = await estate();
      const { page } = await visit();
      await page.goto('/devices?create=1');
      await fillLogin(page, viewer);
      await page.getByRole('link', { name: full.device.name }).waitFor();
      assert.equal(await page.getByRole('dialog').count(), 0);
      const [admins, operators] = [
        new RegExp(en('estate.adminsOnly')),
        new RegExp(en('estate.operatorsOnly')),
      ];
      await refused(page, page.getByRole('button', { name: en('devices.create') }), admins);
      await refused(page, page.getByRole('button', { name: en('onboard.title') }), admins);
      await page
        .getByRole('button', { name: en('devices.actionsFor', { name: full.device.name }) })
        .click();
      for (const item of await page.getByRole('menuitem').all()) {
        assert.equal(await item.getAttribute('aria-disabled'), 'true');
        assert.match(await item.innerText(), /Only (operators, )?administrators and owners/);
      }
      await page.keyboard.press('Escape');
      await page.goto(`/devices/${full.device.id}?edit=1`);
      await refused(page, page.getByRole('button', { name: en('devices.unassign') }), operators);
      await page.goto('/devices/unclaimed');
      await refused(page, page.getByRole('button', { name: /^Claim / }).first(), operators);
      await page.goto('/devices/models?create_model=1');
      await refused(page, page.getByRole('button', { name: en('models.create') }), admins);
      await page.goto('/gateways?create=1');
      await refused(page, page.getByRole('button', { name: en('gateways.create') }), admins);
      await page.goto('/devices/onboard');
      await page.getByText(en('estate.adminsOnly')).waitFor();
      assert.equal(await page.getByLabel(en('onboard.code'), { exact: true }).count(), 0);
    }));

  test('are seen by the platform, counted, and handed over only when nothing stands in the way', () =>
    withPages(async (visit) => {
      const { full, empty } = await estate();
      const spare = await full.api.post('/api/v6/devices', {
        dev_eui: '70B3D57ED005FFFF',
        name: 'To be handed over',
        model: 'bosch-tps110',
      });
      const { page } = await visit();
      await signIn(page, ADMIN);
      await follow(page, 'nav.devices');
      await page.getByText(en('table.allTenants')).waitFor();
      const looks = new RegExp(en('estate.platformReads').slice(0, 30));
      await refused(page, page.getByRole('button', { name: en('devices.create') }), looks);
      await page.getByLabel(en('devices.search')).fill(full.device.dev_eui);
      const row = page.getByRole('row').filter({ hasText: full.device.name });
      await row.getByText(full.tenant.name).waitFor();

      const handOver = async (name) => {
        // What is clicked before the others are gone moves away from under the pointer.
        await page.getByRole('row').nth(2).waitFor({ state: 'detached' });
        await page.getByRole('button', { name: en('devices.actionsFor', { name }) }).click();
        await page.getByRole('menuitem', { name: en('devices.transfer') }).click();
        const form = dialog(page, en('devices.transferTitle', { name }));
        await pick(
          page,
          form.getByLabel(en('devices.transferTo')),
          empty.tenant.name,
          empty.tenant.name,
        );
        return form;
      };
      const blocked = await handOver(full.device.name);
      await blocked.getByText(en('devices.blockers.assigned')).waitFor();
      assert.equal(
        await blocked.getByRole('button', { name: en('devices.transferSubmit') }).isDisabled(),
        true,
      );
      await blocked.getByRole('button', { name: en('common.cancel') }).click();
      await blocked.waitFor({ state: 'hidden' });

      await page.getByLabel(en('devices.search')).fill(spare.dev_eui);
      await page.getByRole('link', { name: spare.name }).waitFor();
      const form = await handOver(spare.name);
      await form.getByText(en('devices.transferFree')).waitFor();
      await form.getByLabel(en('devices.reason')).fill('Delivered to the wrong customer');
      await form.getByRole('button', { name: en('devices.transferSubmit') }).click();
      await toast(page, en('devices.transferred', { name: spare.name, tenant: empty.tenant.name }));
      const { devices } = await empty.api.get('/api/v6/devices');
      assert.deepEqual(
        devices.map(({ dev_eui, name }) => ({ dev_eui, name })),
        [{ dev_eui: spare.dev_eui, name: null }],
      );
      await empty.api.delete(`/api/v6/devices/${devices[0].id}`);

      await follow(page, 'nav.devicePool');
      await page.getByLabel(en('pool.search')).fill(full.tenant.name);
      const counted = page.getByRole('row').filter({ hasText: full.tenant.name });
      const { total } = await full.api.get('/api/v6/devices?page_size=1');
      await counted
        .getByRole('cell', { name: `${total}`, exact: true })
        .first()
        .waitFor();
    }));
});
