/** Pictures of every page in both themes and widths, for people to look at: `npm run shots [role…]`. */
import { mkdirSync } from 'node:fs';
import { NARROW, openPage, settle, WIDE } from './harness/browser.mjs';
import { estate } from './harness/estate.mjs';
import { routes } from './harness/routes.mjs';
import { ADMIN } from './harness/server.mjs';
import { signIn } from './harness/visitor.mjs';
import { closeWorld, OUTPUT, openWorld, the } from './harness/world.mjs';

const concrete = (path, { tenant, site, device, webhook }) =>
  path
    .replace(':tenantId', tenant.id)
    .replace(':siteId', site.id)
    .replace(':levelId', site.level.id)
    .replace(':spaceId', site.bay.id)
    .replace(':deviceId', device.id)
    .replace(':importId', site.import.id)
    .replace(':webhookId', webhook.id)
    .replace('*', '/no/such/page');

async function shoot(name, who, addresses) {
  const { page, watch } = await openPage(the().browser, {
    baseURL: the().base,
    reducedMotion: 'reduce',
  });
  if (who) await signIn(page, who);
  for (const address of addresses) {
    await page.goto(address);
    for (const [width, viewport] of Object.entries({ 1440: WIDE, 390: NARROW })) {
      for (const colorScheme of ['light', 'dark']) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        await settle(page, watch);
        const file = address.replace(/[0-9a-f-]{36}/, 'one').replace(/\W+/g, '_') || 'home';
        await page.screenshot({ path: `${OUTPUT}${name}${file}-${colorScheme}-${width}.png` });
      }
    }
  }
  await page.context().close();
}

mkdirSync(OUTPUT, { recursive: true });
await openWorld();
try {
  const { full, empty, viewer } = await estate();
  const entry = (await full.api.get('/api/v6/audit-log?action=membership.created')).entries[0];
  const sent = (await full.api.get(`/api/v6/webhooks/${full.webhook.id}/deliveries`)).deliveries[0];
  const inside = routes
    .filter(({ guard }) => guard === 'session')
    .map(({ path }) => concrete(path, full));
  const outside = routes.filter(({ guard }) => guard !== 'session').map(({ path }) => path);
  const dialogs = [
    '/users/invitations?invite=1',
    '/api-keys?create=1',
    '/webhooks?create=1',
    `/webhooks/${full.webhook.id}?delivery=${sent?.id}`,
    `/audit-log?entry=${entry?.id}`,
    '/users?q=zzz',
    '/sites?create=1',
    `/bays?create=many&site_id=${full.site.id}`,
    `/bays?bay=${full.site.bay.id}`,
    `/alarms?alarm=${full.alarms.find(({ kind }) => kind === 'gateway_down').id}`,
    '/devices?create=1',
    `/devices/${full.device.id}?edit=1`,
    '/devices/models?model=plenom-busylight-omega',
    '/devices/models?create_model=1',
    '/gateways?create=1',
  ];
  const sets = {
    stranger: () => shoot('stranger', null, [...outside, '/accept-invitation#token=nonsense']),
    admin: () => shoot('admin', ADMIN, [...inside, '/tenants?create=1']),
    owner: () => shoot('owner', full.owner, [...inside, ...dialogs]),
    viewer: () => shoot('viewer', viewer, inside.slice(0, 2)),
    empty: () => shoot('empty', empty.owner, inside),
  };
  const wanted = process.argv.slice(2);
  for (const [name, take] of Object.entries(sets)) {
    if (wanted.length === 0 || wanted.includes(name)) await take();
  }
} finally {
  await closeWorld();
}
