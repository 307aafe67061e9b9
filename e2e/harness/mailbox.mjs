/** A mail server that keeps what it is given: enough SMTP for one honest client. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * @typedef {{ to: string[], subject: string, text: string, link: string | null, calendar: string | null }} Letter
 */

/** @returns {Promise<{ port: number, letters: Letter[], letterTo: (address: string, subject?: RegExp, patienceMs?: number) => Promise<Letter>, close: () => void }>} */
export async function openMailbox() {
  /** @type {Letter[]} */
  const letters = [];
  /** @type {Set<() => void>} */
  const waiting = new Set();
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    converse(socket, (letter) => {
      letters.push(letter);
      for (const wake of [...waiting]) wake();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  /** The newest letter to an address, waited for. */
  function letterTo(address, subject = /./, patienceMs = 20_000) {
    const find = () =>
      letters.findLast((letter) => letter.to.includes(address) && subject.test(letter.subject));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look);
        const known = letters.map(({ to, subject }) => `${to}: ${subject}`).join('\n  ');
        reject(
          new Error(
            `no letter ${subject} to ${address} within ${patienceMs / 1000} s; there are\n  ${known}`,
          ),
        );
      }, patienceMs);
      function look() {
        const letter = find();
        if (!letter) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(letter);
      }
      waiting.add(look);
      look();
    });
  }

  return {
    port: server.address().port,
    letters,
    letterTo,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function converse(socket, keep) {
  let recipients = [];
  let isData = false;
  let buffer = '';
  const say = (line) => socket.write(`${line}\r\n`);
  say('220 mailbox');
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    buffer += chunk;
    for (;;) {
      const end = isData ? '\r\n.\r\n' : '\r\n';
      const at = buffer.indexOf(end);
      if (at < 0) return;
      const text = buffer.slice(0, at);
      buffer = buffer.slice(at + end.length);
      if (isData) {
        isData = false;
        keep(read(text, recipients));
        recipients = [];
        say('250 kept');
        continue;
      }
      const verb = text.slice(0, 4).toUpperCase();
      if (verb === 'RCPT') recipients.push(/<(.*)>/.exec(text)[1]);
      if (verb === 'DATA') {
        isData = true;
        say('354 go on');
      } else if (verb === 'QUIT') {
        say('221 bye');
        socket.end();
      } else say('250 mailbox');
    }
  });
}

/** Headers, the plain text part, the link in it, and the calendar that goes with it. */
function read(source, to) {
  const raw = source.replace(/^\.\./gm, '.');
  const [head] = raw.split('\r\n\r\n', 1);
  const headers = head.replace(/\r\n[ \t]+/g, ' ');
  const subject = words(/^subject: (.*)$/im.exec(headers)?.[1] ?? '');
  const text = partOf(raw, 'plain') ?? raw;
  // Long lines are folded.
  const calendar = partOf(raw, 'calendar')?.replace(/\r\n /g, '').replace(/\r/g, '') ?? null;
  return { to, subject, text, link: /https?:\/\/\S+/.exec(text)?.[0] ?? null, calendar };
}

function partOf(raw, kind) {
  const part = new RegExp(
    `content-type: text/${kind}[^]*?\\r\\n\\r\\n([^]*?)(?=\\r\\n--|$)`,
    'i',
  ).exec(raw);
  if (!part) return null;
  // The headers of a part stand in any order.
  const [before] = raw.slice(0, part.index).split('\r\n--').slice(-1);
  const headers = before + part[0].split('\r\n\r\n', 1)[0];
  const encoding = /content-transfer-encoding: (\S+)/i.exec(headers)?.[1]?.toLowerCase();
  return decoded(part[1], encoding);
}

function decoded(body, encoding) {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** RFC 2047: =?utf-8?b?…?= */
function words(header) {
  return header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, kind, body) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(body, 'base64').toString('utf8')
        : decoded(body.replace(/_/g, ' '), 'quoted-printable'),
    );
}
