/** What takes hours or days on the radio, written straight into the server's database: nobody can send an age. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { the } from './world.mjs';

function psql() {
  const root = '/usr/lib/postgresql';
  const majors = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return majors.map((major) => join(root, major, 'bin/psql')).find(existsSync) ?? 'psql';
}

/** Runs SQL as the owner of the private cluster; its socket and password lie in the data folder. */
function run(sql) {
  const { dataDir } = the().server;
  const [, , , port, host] = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split(
    '\n',
  );
  const args = [
    '-qXAt',
    '-v',
    'ON_ERROR_STOP=1',
    '-h',
    host,
    '-p',
    port,
    '-U',
    'postgres',
    '-d',
    'parking',
  ];
  const password = readFileSync(join(dataDir, 'secrets/postgres-postgres.password'), 'utf8').trim();
  return execFileSync(psql(), [...args, '-c', sql], {
    encoding: 'utf8',
    env: { ...process.env, PGPASSWORD: password },
  }).trim();
}

const text = (value) =>
  value === null || value === undefined ? 'null' : `'${String(value).replaceAll("'", "''")}'`;

/** A message of a device that belongs to nobody. */
export function hearsOrphan(
  tenantId,
  devEui,
  { model, rssi = -97, snr = 6.5, minutes = 3, count = 12 } = {},
) {
  run(`insert into orphan_devices (tenant_id, id, dev_eui, first_seen_at, last_seen_at, uplink_count, last_f_port,
         last_payload, last_rssi, last_snr, last_gateway_eui, source, guessed_model)
       values (${text(tenantId)}, gen_random_uuid(), ${text(devEui)}, now() - interval '5 hours',
         now() - interval '${minutes} minutes', ${count}, 1, '\\x01020a', ${rssi}, ${snr}, 'A84041FFFF1EE2B4', 'mqtt',
         ${text(model)})`);
}

/** A message of a device, so many minutes ago. */
export function hearsDevice(
  deviceId,
  { minutes = 4, battery = null, volts = null, rssi = -92, snr = 7.2 } = {},
) {
  run(`update devices set last_seen_at = now() - interval '${minutes} minutes', battery_percent = ${battery ?? 'null'},
         battery_volts = ${volts ?? 'null'}, rssi = ${rssi}, snr = ${snr} where id = ${text(deviceId)}`);
}

/** Hours ago two devices were heard by one gateway alone, which fell silent an hour later; a third has just said that its battery is low. */
export function fallsSilent(gateway, [first, second, third]) {
  run(`update gateways set last_seen_at = now() - interval '5 hours' where id = ${text(gateway.id)};
       update device_assignments set assigned_at = now() - interval '9 days'
         where device_id in (${[first, second, third].map(text).join()});
       update devices set last_seen_at = now() - interval '6 hours', only_gateway_eui = ${text(gateway.eui)}, rssi = -117, snr = -9
         where id in (${text(first)}, ${text(second)});
       update devices set last_seen_at = now(), battery_percent = 12 where id = ${text(third)};
       update alarm_watches set due_at = 'epoch';`);
}

/** A sign of life of a gateway. */
export function hearsGateway(gatewayId, { seconds = 5 } = {}) {
  run(
    `update gateways set last_seen_at = now() - interval '${seconds} seconds' where id = ${text(gatewayId)}`,
  );
}
