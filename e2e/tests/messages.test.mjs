/** Messages of the radio as they come in, one of them in detail, and how their device fares. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { violations } from '../harness/axe.mjs';
import { register } from '../harness/estate.mjs';
import { en } from '../harness/texts.mjs';
import { signIn } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Rada Funk', email: 'rada@messages.test', password: PASSWORD };
const EUI = '70B3D57EDE0E0001';
const GATEWAY = 'A84041FFFE0E0001';
const FREE = '03070106001223';
const OCCUPIED = '03070106011224';

async function openLot() {
  const lot = await register(OWNER, 'Radio Parking');
  const site = await lot.api.post('/api/v6/sites', { name: 'Mast', timezone: 'Europe/Paris' });
  const bay = await lot.api.post('/api/v6/spaces', { site_id: site.id, code: 'M-1' });
  const device = await lot.api.post('/api/v6/devices', {
    dev_eui: EUI,
    model: 'kosmos-parking',
    name: 'Sensor M-1',
  });
  await lot.api.post(`/api/v6/devices/${device.id}/assign`, { space_id: bay.id });
  await lot.api.post('/api/v6/gateways', { eui: GATEWAY, name: 'Roof' });
  const says = (number, hex) =>
    lot.api.post('/api/v6/ingest/chirpstack?event=up', {
      deviceInfo: { devEui: EUI },
      devAddr: '01020304',
      fCnt: number,
      fPort: 2,
      data: Buffer.from(hex, 'hex').toString('base64'),
      rxInfo: [{ gatewayId: GATEWAY.toLowerCase(), rssi: -101, snr: 4.5 }],
    });
  return { ...lot, site, bay, device, says };
}

describe('messages', () => {
  test('come in while one looks, stand still when told to, and explain themselves', () =>
    withPages(async (visit) => {
      const { bay, device, says, api } = await openLot();
      const { page } = await visit({ reducedMotion: 'reduce' });
      await signIn(page, OWNER, { path: '/messages' });
      await page.getByText(en('uplinks.emptyTitle')).waitFor();
      assert.deepEqual(await violations(page), []);

      await says(1, FREE);
      const table = page.getByRole('table', { name: en('uplinks.title') });
      await table.getByText('03 07 01 06 00 12 23').waitFor();
      await table.getByText(en('uplinks.outcomes.read')).waitFor();
      await table.getByRole('link', { name: 'M-1', exact: true }).waitFor();

      await page.getByRole('button', { name: en('uplinks.pause') }).click();
      await says(4, OCCUPIED);
      await says(5, OCCUPIED);
      await page.getByText(en('uplinks.held_other', { formatted: '2' })).waitFor();
      assert.equal(await table.getByRole('row').count(), 2);
      await page.getByRole('button', { name: en('uplinks.resume') }).click();
      await page.waitForFunction(() => document.querySelectorAll('button[data-open]').length === 3);
      assert.deepEqual(await violations(page), []);

      // By the keyboard: to the second row, and into it.
      await page.locator('button[data-open]').first().focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      const details = page.getByRole('dialog', { name: en('uplinks.kinds.up') });
      await details.getByText('03 07 01 06 01 12 24').waitFor();
      await details.getByText('"occupied": true').waitFor();
      await details.getByRole('link', { name: 'Roof' }).waitFor();
      assert.match(page.url(), /message=/);
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press('Escape');

      // What the bay's evidence names is the message that was posted.
      const evidence = await api.get(`/api/v6/spaces/${bay.id}/evidence`);
      assert.equal(evidence.state, 'occupied');
      const decided = evidence.messages.find(({ id }) => id === evidence.sensor.uplink_id);
      assert.equal(decided.payload, OCCUPIED);

      await page.goto(`/devices/${device.id}/health`);
      await page
        .getByText(en('deviceHealth.summary_other', { formatted: '3', lost: '2', share: '40' }))
        .waitFor();
      const chart = page.getByRole('img', {
        name: en('deviceHealth.chartOf', { what: en('devices.signal') }),
      });
      await chart.locator('canvas').waitFor();
      await page.getByText(en('deviceHealth.asTable')).click();
      await page
        .getByRole('table', { name: en('deviceHealth.title') })
        .getByText('-101 dBm')
        .waitFor();
      assert.deepEqual(await violations(page), []);
      await page.emulateMedia({ colorScheme: 'dark' });
      assert.deepEqual(await violations(page), []);

      await page.getByRole('link', { name: en('deviceHealth.messagesOf') }).click();
      await page.getByText(en('uplinks.only.device_id')).waitFor();
      await page.waitForFunction(() => document.querySelectorAll('button[data-open]').length === 3);
    }));
});
