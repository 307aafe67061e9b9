/** Tenants to look at: one full of everything, one with nothing, each with its people. */
import { tokenOf } from './api.mjs';
import { fallsSilent, hearsDevice, hearsGateway, hearsOrphan } from './radio.mjs';
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
  return { owner, session, tenant: session.tenant, api: api.as(session, owner) };
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
  await admin.patch(`/api/v6/tenants/${full.tenant.id}`, {
    limits: { users: 9, sites: 5, gateways: 9 },
  });
  full.tenant = await full.api.patch('/api/v6/tenants/current', { name: 'Northgate Parking Ltd' });
  await fill(full.api);
  full.site = await park(full.api);
  full.webhook = await listen(full.api);
  Object.assign(full, await equip(full));
  await full.api.post('/api/v6/alarms/recipients', {
    email: 'night@northgate.test',
    kinds: ['gateway_down'],
  });
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
  await owner.post('/api/v6/api-keys', {
    name: 'Reports',
    role: 'viewer',
    scopes: ['telemetry:read'],
  });
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

/** Somebody who is told of bays and never answers, one who is disabled, and a trial of the first. */
async function listen(owner) {
  const quiet = await owner.post('/api/v6/webhooks', {
    name: 'Guidance system of the city, north',
    url: 'https://parking-guidance.invalid/hooks/northgate?zone=4',
    event_types: [
      'space.*',
      'site.updated',
      'device.assigned',
      'device.unassigned',
      'tenant.limit_near',
    ],
  });
  await owner.post(`/api/v6/webhooks/${quiet.id}/test`, {});
  const old = await owner.post('/api/v6/webhooks', {
    name: 'Old dashboard',
    url: 'https://old.invalid/',
    event_types: ['*'],
  });
  await owner.post(`/api/v6/webhooks/${old.id}/disable`, {});
  return quiet;
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
  const level = await owner.post('/api/v6/levels', {
    site_id: site.id,
    name: 'Level −1',
    ordinal: -1,
  });
  await owner.post('/api/v6/levels', { site_id: site.id, name: 'Street' });
  const zone = await owner.post('/api/v6/zones', { site_id: site.id, name: 'Visitors' });
  const { spaces } = await owner.post('/api/v6/spaces/bulk', {
    site_id: site.id,
    pattern: 'A-001..A-030',
    template: { level_id: level.id, zone_id: zone.id, kind: 'ev_charging' },
  });
  const [flooded, gone] = spaces;
  await draw(owner, level, spaces);
  await owner.call('PUT', `/api/v6/spaces/${flooded.id}/state`, {
    state: 'maintenance',
    reason: 'Water on the floor, a pump is ordered and comes on Monday',
  });
  await owner.delete(`/api/v6/spaces/${gone.id}`);
  const series = await recurs(owner, spaces[5]);
  return { ...site, bay: flooded, level, series, import: await triedOut(owner, site) };
}

/** Every other day for a while, on one of which others have the bay; a calendar elsewhere that reads it, and somebody who waits. */
async function recurs(owner, bay) {
  const at = (days, hours) =>
    new Date(
      Math.ceil(Date.now() / 86_400_000 + days) * 86_400_000 + hours * 3_600_000,
    ).toISOString();
  await owner.post('/api/v6/reservations', {
    space_id: bay.id,
    start_time: at(7, 9),
    end_time: at(7, 12),
  });
  await owner.post('/api/v6/calendar-feeds', {
    name: 'Screen at the porter’s lodge',
    site_id: bay.site_id,
  });
  const series = await owner.post('/api/v6/reservations/series', {
    space_id: bay.id,
    start_time: at(1, 8),
    end_time: at(1, 17),
    rule: 'FREQ=DAILY;INTERVAL=2;COUNT=40',
    on_clash: 'skip',
    holder: { name: 'Ada Lovelace', plate: 'AB-123-CD' },
  });
  await owner.post('/api/v6/reservations/waitlist', {
    space_id: bay.id,
    start_time: at(1, 9),
    end_time: at(1, 12),
    holder: { name: 'Grace Hopper' },
  });
  return series;
}

/** A file whose rows met every fate but to be imported. */
async function triedOut(owner, site) {
  const file = [
    'code;name;level;kind',
    'X-1;Beside the lift;;general',
    'X-2;;;PMR',
    'X-2;;;',
    'X-4;;A level nobody knows;a spaceship',
    ';;;',
    ';Without a code;;',
  ].join('\r\n');
  const path = `/api/v6/imports?kind=spaces&site_id=${site.id}&file_name=new%20bays.csv`;
  const { id } = await owner.upload(path, file);
  return owner.post(`/api/v6/imports/${id}/check`);
}

/** Devices in every condition, gateways, a model of the tenant's own, and some that nobody has claimed. */
async function equip({ api: owner, tenant, site }) {
  const model = await owner.post('/api/v6/device-models', {
    based_on: 'bosch-tps110',
    vendor: 'Northgate',
    name: 'Our own sensor, ground plate B',
    heartbeat_seconds: 5400,
  });
  const { spaces } = await owner.get(`/api/v6/spaces?site_id=${site.id}&sort=code&page_size=20`);
  const make = (number, more) =>
    owner.post('/api/v6/devices', {
      dev_eui: `70B3D57ED005${String(number).padStart(4, '0')}`,
      ...more,
    });
  const serve = (device, bay) =>
    owner.post(`/api/v6/devices/${device.id}/assign`, { space_id: bay.id, reason: 'New car park' });
  const well = await make(1, {
    name: 'Sensor at the entrance, left of the barrier',
    model: 'bosch-tps110',
    heartbeat_seconds: 86400,
    app_key: '00112233445566778899AABBCCDDEEFF',
    join_eui: '0004A30B001C0530',
    serial_number: 'SN-4711',
    notes: 'Behind the second pillar.',
    metadata: { contract: 'K-19', depth_cm: 4 },
  });
  const silent = await make(2, { name: 'Row A, 3', model: model.id });
  const weak = await make(3, { model: 'bosch-tps110' });
  const lamp = await make(4, { name: 'Lamp over A-002', model: 'plenom-busylight-omega' });
  await make(5);
  const gone = await make(6, { name: 'Broken by a snow plough', model: 'bosch-tps110' });
  await serve(well, spaces[1]);
  await serve(silent, spaces[2]);
  await serve(lamp, spaces[1]);
  await owner.delete(`/api/v6/devices/${gone.id}`);
  hearsDevice(well.id, { battery: 87, volts: 3.61 });
  hearsDevice(silent.id, { minutes: 3000, battery: 12, volts: 3.12, rssi: -119, snr: -11 });
  hearsDevice(weak.id, { minutes: 50, rssi: -112, snr: -6 });
  const gateway = (eui, name, more) => owner.post('/api/v6/gateways', { eui, name, ...more });
  const roof = await gateway('A84041FFFF1EE2B4', 'Roof, north', {
    site_id: site.id,
    latitude: 48.8769,
    longitude: 2.3591,
    altitude: 62,
    notes: 'Key at the porter’s lodge.',
  });
  const cellar = await gateway('A84041FFFF1EE2B5', 'Level −1, machine room', { site_id: site.id });
  await gateway('A84041FFFF1EE2B6', 'Spare');
  hearsGateway(roof.id);
  hearsGateway(cellar.id, { seconds: 7200 });
  hearsOrphan(tenant.id, '0004A30B00AA0001', { model: 'bosch-tps110' });
  hearsOrphan(tenant.id, '0004A30B00AA0002', { rssi: -121, snr: -14.5, minutes: 190, count: 1 });
  return { device: well, gateway: roof };
}

/** A hall of 120 by 70 metres with two lanes and a pillar, as an architect would send it. */
export const HALL = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 700">
  <rect x="20" y="20" width="1160" height="660" fill="none" stroke="#333" stroke-width="8"/>
  <path d="M60 250H1140M60 450H1140" stroke="#999" stroke-width="3" stroke-dasharray="24 16" fill="none"/>
  <path d="M100 350h80l-14-12m14 12l-14 12M1100 350h-80l14-12m-14 12l14 12" stroke="#777" stroke-width="5" fill="none"/>
  <rect x="580" y="330" width="40" height="40" fill="#777"/><text x="560" y="310" font-size="24">P1</text>
</svg>`;

/** Two rows of twelve on the plan; the rest of the bays lie nowhere on it. */
async function draw(owner, level, spaces) {
  const type = 'application/octet-stream';
  await owner.upload(`/api/v6/levels/${level.id}/plan`, HALL, { type, method: 'PUT' });
  const shape = (n) => {
    const [x, y] = [0.06 + (n % 12) * 0.073, n < 12 ? 0.08 : 0.69];
    return [
      [x, y],
      [x + 0.066, y],
      [x + 0.066, y + 0.23],
      [x, y + 0.23],
    ];
  };
  const outlines = spaces.slice(0, 24).map(({ id }, n) => ({ id, shape: shape(n) }));
  await owner.call('PUT', '/api/v6/spaces/bulk/outlines', { level_id: level.id, outlines });
}

/**
 * A site where two sensors were heard long ago, only by a gateway that is out as well, and the battery of a third
 * is low. Answers the alarms, once they are raised.
 */
export async function goWrong(owner, { place, number }) {
  const site = await owner.post('/api/v6/sites', {
    name: `${place} Lane`,
    timezone: 'Europe/Rome',
  });
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
  fallsSilent(gateway, ids);
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
    made.push(
      await admin.post('/api/v6/tenants', { name, tier: tiers[index % tiers.length].tier }),
    );
  }
  return made;
}
