/** A car park whose sensors speak: sites, bays on a plan, devices, and messages as ChirpStack hands them in. */
import { Api } from './api.mjs';
import { register } from './estate.mjs';
import { the } from './world.mjs';

/** On port 1 a Bosch TPS110 says in one bit whether a vehicle is there. */
const OCCUPIED = 'AQ==';
const FREE = 'AA==';

/** One gateway, and one device, is one customer's: each lot has its own. */
let lots = 0;

/** Rows of twelve, one below the other, on a blank sheet. */
function outline(n) {
  const [x, y] = [0.04 + (n % 12) * 0.077, 0.06 + Math.floor(n / 12) * 0.3];
  return [
    [x, y],
    [x + 0.068, y],
    [x + 0.068, y + 0.24],
    [x, y + 0.24],
  ];
}

async function level(api, site, { name, ordinal, pattern, zone }) {
  const made = await api.post('/api/v6/levels', { site_id: site.id, name, ordinal });
  const { id: zone_id } = await api.post('/api/v6/zones', { site_id: site.id, name: zone });
  const { spaces } = await api.post('/api/v6/spaces/bulk', {
    site_id: site.id,
    pattern,
    template: { level_id: made.id, zone_id },
  });
  const outlines = spaces.map(({ id }, at) => ({ id, shape: outline(at) }));
  await api.call('PUT', '/api/v6/spaces/bulk/outlines', { level_id: made.id, outlines });
  return { ...made, zone_id, spaces };
}

/** A tenant with one site of two levels; the first bays of the upper one have sensors. */
export async function openLot(owner, tenantName, { sensors = 14 } = {}) {
  lots += 1;
  const number = lots;
  const gateway = `0016c001f150000${number}`;
  const lot = await register(owner, tenantName);
  const { api } = lot;
  const site = await api.post('/api/v6/sites', { name: 'Station garage', timezone: 'Europe/Rome' });
  const upper = await level(api, site, {
    name: 'Level 1',
    ordinal: 1,
    pattern: 'A-1..A-36',
    zone: 'Visitors',
  });
  const lower = await level(api, site, {
    name: 'Level −1',
    ordinal: -1,
    pattern: 'B-1..B-12',
    zone: 'Staff',
  });
  await api.post('/api/v6/gateways', {
    eui: gateway,
    name: 'Roof of the station',
    site_id: site.id,
  });
  const heard = await Promise.all(
    upper.spaces.slice(0, sensors).map(async (bay, at) => {
      const dev_eui = `70B3D57EE000${String(number).padStart(2, '0')}${String(at).padStart(2, '0')}`;
      const name = `Sensor ${bay.code}`;
      const device = await api.post('/api/v6/devices', {
        dev_eui,
        name,
        model: 'bosch-tps110',
        heartbeat_seconds: 86400,
      });
      await api.post(`/api/v6/devices/${device.id}/assign`, { space_id: bay.id });
      return { ...bay, dev_eui, device };
    }),
  );
  const made = await api.post('/api/v6/api-keys', {
    name: 'ChirpStack',
    role: 'operator',
    scopes: ['webhook:ingest'],
  });
  const radio = new Api(the().base, { 'x-api-key': made.key });
  let frames = 0;
  /** A sensor says whether a vehicle stands on it; answers once that is stored. */
  const says = (bay, isOccupied, { rssi = -57, snr = 9.5 } = {}) => {
    frames += 1;
    return radio.post('/api/v6/ingest/chirpstack?event=up', {
      deviceInfo: {
        applicationId: 'deb86e58-f3b2-43fc-b5cb-3e10d825b9f5',
        devEui: bay.dev_eui.toLowerCase(),
      },
      devAddr: '01000003',
      fCnt: frames,
      fPort: 1,
      data: isOccupied ? OCCUPIED : FREE,
      rxInfo: [{ gatewayId: gateway, rssi, snr }],
    });
  };
  return { ...lot, site, upper, lower, heard, says };
}

/** Waits until the server shows a bay in a state. */
export async function becomes(api, bay, state) {
  for (let tries = 0; tries < 200; tries += 1) {
    const { state: now } = await api.get(`/api/v6/spaces/${bay.id}`);
    if (now === state) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${bay.code} did not become ${state}`);
}
