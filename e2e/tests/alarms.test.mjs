/** Things go wrong, somebody sees it, takes it on, says something, and is written to; a viewer only looks. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { goWrong, join, register } from '../harness/estate.mjs';
import { en } from '../harness/texts.mjs';
import { escape, signIn, undo } from '../harness/visitor.mjs';
import { PASSWORD, the, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Irene Marchetti', email: 'irene@alarms.test', password: PASSWORD };
const VIEWER = { name: 'Wim de Vries', email: 'wim@alarms.test', password: PASSWORD };
const dialog = (page, name) => page.getByRole('dialog', { name });

let ready = null;
const customer = () => {
  ready ??= (async () => {
    const full = await register(OWNER, 'Mill Lane Parking');
    await join(full, VIEWER, 'viewer');
    await full.api.post('/api/v6/alarms/recipients', { email: 'night@alarms.test' });
    await goWrong(full.api, { place: 'Mill', number: 2 });
    return full;
  })();
  return ready;
};

describe('alarms', () => {
  test('are seen, taken on with a way back, muted, talked about and written about', () =>
    withPages(async (visit) => {
      const { mailbox } = the();
      await customer();
      const { page } = await visit();
      await signIn(page, OWNER);
      // The navigation says so before anybody asks: the outage, and the battery. What the outage explains does not count.
      await page.getByRole('link', { name: /Alarms.*2 alarms wait/ }).click({ timeout: 60_000 });
      const open = (kind, name) =>
        page.getByRole('button', {
          name: en('alarms.open', { kind: en(`alarms.kinds.${kind}.name`), name }),
        });
      await open('gateway_down', 'Mill roof').waitFor();
      await open('battery_low', 'Sensor Mill-3').waitFor();
      assert.equal(await open('device_silent', 'Sensor Mill-1').count(), 0);

      await open('gateway_down', 'Mill roof').click();
      const alarm = dialog(page, 'Mill roof');
      await alarm.getByText(en('alarms.severities.critical')).first().waitFor();
      await alarm.getByRole('button', { name: 'Sensor Mill-1' }).click();
      await dialog(page, 'Sensor Mill-1').getByText('-117 dBm').waitFor();
      await dialog(page, 'Sensor Mill-1')
        .getByRole('button', { name: en('alarms.explainedBy', { name: 'Mill roof' }) })
        .click();
      await alarm.getByLabel(en('alarms.comment')).fill('The roof has no power.\nBack on Tuesday.');
      await alarm.getByRole('button', { name: en('alarms.addComment') }).click();
      await alarm.getByText('The roof has no power.').waitFor();
      await alarm.getByRole('button', { name: en('table.actions') }).click();
      await page.getByRole('menuitem', { name: en('alarms.acknowledge') }).click();
      await undo(
        page,
        alarm
          .getByText(en('alarms.acknowledgedBy', { name: OWNER.name }))
          .first()
          .waitFor(),
      );
      await alarm.getByText(en('alarms.waiting')).waitFor();
      await escape(page, alarm);

      await page
        .getByRole('checkbox', { name: en('table.select', { name: 'Sensor Mill-3' }) })
        .check();
      const bar = page.getByRole('region', { name: en('table.selection') });
      await bar.getByRole('button', { name: en('alarms.mute') }).click();
      const form = dialog(page, en('alarms.muteTitle', { name: 'Sensor Mill-3' }));
      await form.getByLabel(en('alarms.spans.week')).check();
      await form.getByLabel(en('alarms.reason')).fill('Batteries are ordered');
      await form.getByRole('button', { name: en('alarms.mute') }).click();
      await form.waitFor({ state: 'hidden' });
      await page.getByRole('link', { name: /Alarms.*1 alarm waits/ }).waitFor();

      await page.getByText(en('alarms.statuses.cleared'), { exact: true }).click();
      await page.getByText(en('alarms.emptyClearedTitle')).waitFor();
      assert.match(page.url(), /status=cleared/);

      // A minute after it began, one letter about what nobody has put aside.
      const letter = await mailbox.letterTo('night@alarms.test', /^Mill Lane Parking: /, 120_000);
      assert.match(letter.text, /Gateway down: Mill roof.*2 devices are silent because of it/s);
    }));

  test('follow rules that an administrator changes, and letters go where they say', () =>
    withPages(async (visit) => {
      const { mailbox } = the();
      await customer();
      const { page } = await visit();
      await signIn(page, OWNER, { path: '/settings/alarms' });
      await page
        .getByRole('spinbutton', { name: en('alarmRules.fields.battery_low_percent.label') })
        .fill('10');
      await page
        .getByRole('switch', {
          name: en('alarmRules.watch', { what: en('alarmRules.fields.stuck_hours.label') }),
        })
        .click();
      await page.getByRole('button', { name: en('common.save') }).click();
      await page.getByText(en('alarmRules.saved')).waitFor();
      await page.getByRole('button', { name: en('alarmRules.addRecipient') }).click();
      const form = dialog(page, en('alarmRules.addRecipient'));
      await form.getByLabel(en('fields.email')).fill('caretaker@alarms.test');
      await form.getByRole('button', { name: en('common.save') }).click();
      await form.waitFor({ state: 'hidden' });
      await page
        .getByRole('button', { name: en('alarms.actionsFor', { name: 'caretaker@alarms.test' }) })
        .click();
      await page.getByRole('menuitem', { name: en('alarmRules.test') }).click();
      await mailbox.letterTo('caretaker@alarms.test', /arrive/);
    }));

  test('show a viewer everything and why nothing can be done', () =>
    withPages(async (visit) => {
      await customer();
      const { page } = await visit();
      await signIn(page, VIEWER, { path: '/alarms' });
      await page
        .getByRole('button', { name: en('alarms.actionsFor', { name: 'Mill roof' }) })
        .click({ timeout: 60_000 });
      for (const item of await page.getByRole('menuitem').all()) {
        assert.equal(await item.getAttribute('aria-disabled'), 'true');
        assert.match(await item.innerText(), new RegExp(en('estate.operatorsOnly')));
      }
      await page.goto('/settings/alarms');
      await page.getByText(en('alarmRules.recipientsHidden')).waitFor();
      const save = page.getByRole('button', { name: en('common.save') });
      assert.equal(await save.getAttribute('aria-disabled'), 'true');
    }));
});
