/** Tenants to look at: one full of everything, one with nothing, each with its people. */
import { tokenOf } from './api.mjs';
import { ADMIN } from './server.mjs';
import { PASSWORD, the } from './world.mjs';

const person = (name, email) => ({ name, email, password: PASSWORD });

/** A customer who registers by letter, as anybody may. */
export async function register(owner, tenantName) {
  const { api, mailbox } = the();
  await api.post('/api/auth/register', {
    email: owner.email,
    name: owner.name,
    tenant_name: tenantName,
  });
  const letter = await mailbox.letterTo(owner.email);
  const session = await api.post('/api/auth/register/complete', {
    token: tokenOf(letter),
    password: owner.password,
  });
  return { owner, session, tenant: session.tenant, api: api.as(session) };
}

/** A colleague who follows an invitation. */
export async function join({ api: owner, tenant }, who, role) {
  const { api, mailbox } = the();
  await owner.post('/api/v6/invitations', { email: who.email, role });
  const letter = await mailbox.letterTo(who.email, new RegExp(tenant.name));
  const token = tokenOf(letter);
  const { account_exists: isKnown } = await api.post('/api/auth/invitations/preview', { token });
  const name = isKnown ? {} : { name: who.name };
  await api.post('/api/auth/invitations/accept', { token, password: who.password, ...name });
  return who;
}

let built = null;

/** Built once, whoever asks first. */
export const estate = () => {
  built ??= build();
  return built;
};

async function build() {
  const { api } = the();
  const admin = await api.signIn(ADMIN);
  const full = await register(person('Ada Okafor', 'ada@northgate.test'), 'Northgate Parking');
  const empty = await register(person('Emil Leer', 'emil@quiet.test'), 'Quiet Meadow');
  // Nearly full once everybody is in.
  await admin.patch(`/api/v6/tenants/${full.tenant.id}`, { limits: { users: 9 } });
  full.tenant = await full.api.patch('/api/v6/tenants/current', { name: 'Northgate Parking Ltd' });
  await fill(full.api);
  full.site = await park(full.api);
  await full.api.post('/api/v6/alarms/recipients', { email: 'night@northgate.test', kinds: ['gateway_down'] });
  full.alarms = await goWrong(full.api, { place: 'Mill', number: 1 });
  const viewer = await join(full, person('Vera Lindqvist', 'vera@northgate.test'), 'viewer');
  await join(full, person('Björn Aalto', 'bjorn@northgate.test'), 'operator');
  await join(full, person('Chloé Lefèvre', 'chloe@northgate.test'), 'admin');
  const stylish = await join(full, person('Stella Dubois', 'stella@northgate.test'), 'operator');
  const twofold = await join(full, person('Tomas Both', 'tomas@northgate.test'), 'operator');
  await join(empty, twofold, 'viewer');
  const [gone] = await manyTenants(admin);
  await admin.post(`/api/v6/tenants/${gone.id}/suspend`, { reason: 'Invoice 4711 is unpaid' });
  return { admin, full, empty, viewer, stylish, twofold };
}

async function fill(owner) {
  const inHours = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
  await owner.post('/api/v6/api-keys', {
    name: 'Entrance terminal',
    role: 'operator',
    scopes: ['spaces:read', 'reservations:write'],
    expires_at: inHours(24 * 90),
    allowed_ips: ['192.0.2.0/24'],
  });
  await owner.post('/api/v6/api-keys', { name: 'Reports', role: 'viewer', scopes: ['telemetry:read'] });
  const old = await owner.post('/api/v6/api-keys', {
    name: 'Old terminal, level −2',
    role: 'viewer',
    scopes: ['spaces:read'],
  });
  await owner.delete(`/api/v6/api-keys/${old.id}`);
  await owner.post('/api/v6/webhook-secrets', { name: 'ChirpStack Northgate' });
  await owner.post('/api/v6/webhook-secrets/rotate', { overlap_hours: 24 });
  for (const [email, role] of [
    ['dora@northgate.test', 'operator'],
    ['a.very.long.address.that.hardly.fits.anywhere@parking.northgate.test', 'viewer'],
  ]) {
    await owner.post('/api/v6/invitations', { email, role });
  }
}

/** A car park of two levels, some bays out of use, one deleted; and a second one without bays. */
async function park(owner) {
  const site = await owner.post('/api/v6/sites', {
    name: 'Gare de l’Est, a car park with a name that hardly ends',
    address: 'Rue du 8 Mai 1945',
    postal_code: '75010',
    city: 'Paris',
    country: 'FR',
    latitude: 48.8768,
    longitude: 2.3592,
    timezone: 'Europe/Paris',
    opening_hours: 'Mo-Fr 07:00-22:00; Sa 09:00-20:00',
    metadata: { operator: 'City' },
  });
  await owner.post('/api/v6/sites', { name: 'Harbour', timezone: 'UTC', is_active: false });
  const level = await owner.post('/api/v6/levels', { site_id: site.id, name: 'Level −1', ordinal: -1 });
  await owner.post('/api/v6/levels', { site_id: site.id, name: 'Street' });
  const zone = await owner.post('/api/v6/zones', { site_id: site.id, name: 'Visitors' });
  const { spaces } = await owner.post('/api/v6/spaces/bulk', {
    site_id: site.id,
    pattern: 'A-001..A-030',
    template: { level_id: level.id, zone_id: zone.id, kind: 'ev_charging' },
  });
  const [flooded, gone] = spaces;
  await owner.call('PUT', `/api/v6/spaces/${flooded.id}/state`, {
    state: 'maintenance',
    reason: 'Water on the floor, a pump is ordered and comes on Monday',
  });
  await owner.delete(`/api/v6/spaces/${gone.id}`);
  return { ...site, bay: flooded };
}

/**
 * A site where two sensors were heard long ago, only by a gateway that is out as well, and the battery of a third
 * is low. The radio writes such facts, which is no part of these tests. Answers the alarms, once they are raised.
 */
export async function goWrong(owner, { place, number }) {
  const { server } = the();
  const site = await owner.post('/api/v6/sites', { name: `${place} Lane`, timezone: 'Europe/Rome' });
  const bays = { site_id: site.id, pattern: `${place}-1..${place}-3` };
  const { spaces } = await owner.post('/api/v6/spaces/bulk', bays);
  const gateway = await owner.post('/api/v6/gateways', {
    eui: `AA00AA00AA00AA0${number}`,
    name: `${place} roof`,
    site_id: site.id,
  });
  const ids = [];
  for (const [index, space] of spaces.entries()) {
    const device = await owner.post('/api/v6/devices', {
      dev_eui: `AA00AA00BB0000${number}${index}`,
      name: `Sensor ${space.code}`,
      model: 'bosch-tps110',
      heartbeat_seconds: 3600,
    });
    await owner.post(`/api/v6/devices/${device.id}/assign`, { space_id: space.id });
    ids.push(device.id);
  }
  server.sql(`
    update gateways set last_seen_at = now() - interval '5 hours' where id = '${gateway.id}';
    update device_assignments set assigned_at = now() - interval '9 days' where device_id in ('${ids.join("','")}');
    update devices set last_seen_at = now() - interval '6 hours', only_gateway_eui = '${gateway.eui}', rssi = -117, snr = -9
      where id in ('${ids[0]}', '${ids[1]}');
    update devices set last_seen_at = now(), battery_percent = 12 where id = '${ids[2]}';
    update alarm_watches set due_at = 'epoch';`);
  for (let tries = 0; tries < 300; tries += 1) {
    const { alarms } = await owner.get('/api/v6/alarms?status=open');
    if (alarms.filter(({ site_id }) => site_id === site.id).length === 4) return alarms;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the alarms of ${place} were not raised within a minute`);
}

async function manyTenants(admin) {
  const { tiers } = await admin.get('/api/v6/tenants/tiers');
  const names = ['Bay Street Garages', 'Ville de Saint-Étienne', 'Harbour & Sons', 'Altstadt GmbH'];
  const made = [];
  for (const [index, name] of names.entries()) {
    made.push(await admin.post('/api/v6/tenants', { name, tier: tiers[index % tiers.length].tier }));
  }
  return made;
}
