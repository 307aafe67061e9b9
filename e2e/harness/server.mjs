/** The real `parking` binary with a PostgreSQL of its own, in a folder that is thrown away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ADMIN = {
  email: 'root@platform.test',
  name: 'Robin Root',
  password: 'kestrel over the ridge 42',
};

const repo = new URL('../../', import.meta.url).pathname;

function binary() {
  const path = process.env.PARKING_E2E_BINARY ?? join(repo, 'target/debug/parking');
  if (!existsSync(path)) throw new Error(`${path} does not exist; \`make e2e\` builds it`);
  if (!existsSync(join(repo, 'ui/dist/index.html'))) {
    throw new Error('ui/dist is not built; `make e2e` builds it');
  }
  return path;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Serves, or demonstrates: `says` then writes a line to it, and waits for what it answers.
 * @param {{ smtpPort: number, command?: 'serve' | 'demo', settings?: Record<string, string> }} options
 */
export async function startServer({ smtpPort, command = 'serve', settings = {} }) {
  const program = binary();
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  // Short, because a unix socket's path is; open, because root's PostgreSQL runs as somebody else.
  const folder = mkdtempSync(join(tmpdir(), 'pe2e-'));
  chmodSync(folder, 0o755);
  const child = spawn(program, [command], {
    stdio: [command === 'demo' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PARKING_DATA_DIR: join(folder, 'data'),
      PARKING_LISTEN: `127.0.0.1:${port}`,
      PUBLIC_URL: base,
      LOG_FORMAT: 'json',
      SECRET_KEY: 'the secret key of the browser tests, long enough',
      PARKING_ADMIN_EMAIL: ADMIN.email,
      PARKING_ADMIN_NAME: ADMIN.name,
      PARKING_ADMIN_PASSWORD: ADMIN.password,
      RATE_LIMIT_ENABLED: 'false',
      RATE_LIMIT_ATTEMPTS: 'false',
      REGISTRATION_ENABLED: 'true',
      // The receivers of the tests are on this machine.
      WEBHOOK_ALLOW_PRIVATE: 'true',
      SMTP_URL: `smtp://127.0.0.1:${smtpPort}?tls=none`,
      SMTP_FROM: 'Parking <parking@platform.test>',
      ...settings,
    },
  });
  const log = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      log.push(...lines);
    });
  }
  // Whatever happens to us, the server does not outlive us; it takes its PostgreSQL along.
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const kill = () => isAlive() && child.kill('SIGKILL');
  const abandon = () => {
    kill();
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // Its PostgreSQL, which ends by itself, was quicker with another file.
    }
  };
  process.on('exit', abandon);

  async function stop() {
    if (isAlive()) {
      const ended = once(child, 'exit');
      const timer = setTimeout(kill, 20_000);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    }
    process.off('exit', abandon);
    rmSync(folder, { recursive: true, force: true });
  }

  /** Waits until it says something, from the line on of that number. */
  async function until(said, since = 0) {
    for (const deadline = Date.now() + 90_000; Date.now() < deadline; ) {
      const found = log.slice(since).find((line) => line.includes(said));
      if (found) return found;
      if (!isAlive()) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`it never said "${said}"; its last lines:\n${log.slice(-30).join('\n')}`);
  }

  function says(line, answer) {
    const since = log.length;
    child.stdin.write(`${line}\n`);
    return until(answer, since);
  }

  try {
    await untilReady(base, child);
  } catch (error) {
    await stop();
    throw new Error(`${error.message}; the server's last lines:\n${log.slice(-30).join('\n')}`);
  }
  return { base, pid: child.pid, log, dataDir: join(folder, 'data'), until, says, stop };
}

async function untilReady(base, child) {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const isReady = await fetch(`${base}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server was not ready within 90 s');
}

/** Lines of the log that nobody should have to read after a good day. */
export function errorsIn(log) {
  return log.filter((line) => {
    try {
      return JSON.parse(line).level === 'ERROR';
    } catch {
      return /panicked at/.test(line);
    }
  });
}
