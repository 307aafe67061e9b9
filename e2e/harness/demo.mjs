/** The demonstration as `parking demo` brings it, in a process and a folder of its own. */
import { Api } from './api.mjs';
import { ADMIN, errorsIn, startServer } from './server.mjs';
import { the } from './world.mjs';

/** What a lamp that nothing reaches may take to be given up: seconds, where an installation has minutes. */
const IMPATIENT = {
  DOWNLINK_DEADLINE: '5',
  DOWNLINK_MAX_RETRIES: '2',
  DOWNLINK_RETRY_BACKOFF_BASE: '1',
};

/** Its customers; one password opens all of it. */
export const HARBOUR = {
  email: 'owner@harbour.example',
  password: ADMIN.password,
  site: 'Harbour Quay',
};
export const STATION = {
  email: 'owner@station.example',
  password: ADMIN.password,
  site: 'Station Forecourt',
};

export async function openDemo() {
  const server = await startServer({
    smtpPort: the().mailbox.port,
    command: 'demo',
    settings: IMPATIENT,
  });
  try {
    await server.until('the sites live');
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { base } = server;
  /** A customer, their site, and its bays with lamps. */
  async function customer(who) {
    const api = await new Api(base).signIn(who);
    const { sites } = await api.get('/api/v6/sites');
    const { spaces } = await api.get('/api/v6/spaces?has_display=true&sort=code');
    return { api, site: sites[0], lamps: spaces };
  }
  /** By hand at the process: a vehicle parks at a bay, or leaves it, and nobody else comes or goes there. */
  const car = (word, { site }, { code }) =>
    server.says(`car ${word} ${site.split(' ')[0].toLowerCase()} ${code}`, `${site} ${code}: `);
  const gateways = (word, { site }) =>
    server.says(
      `gateway ${word} ${site.split(' ')[0].toLowerCase()}`,
      `${site}: the gateways are `,
    );
  /** Ends it, and says what errors it logged. */
  async function close() {
    await server.stop();
    return errorsIn(server.log);
  }
  return { base, customer, car, gateways, says: server.says, close };
}
