/** The API as a program uses it, to fill tenants before a browser looks at them. */

/** An API that failed where it should not. */
export class Refused extends Error {
  constructor(method, path, status, body) {
    super(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
  }
}

export class Api {
  #who = null;

  constructor(base, headers = {}) {
    this.base = base;
    this.headers = headers;
  }

  async call(method, path, body) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return this.#send(method, path, 'application/json', text);
  }

  /** A file as the body. */
  async upload(path, file, { type = 'text/csv', method = 'POST' } = {}) {
    return this.#send(method, path, type, file);
  }

  async #send(method, path, type, body) {
    const ask = () =>
      fetch(this.base + path, { method, headers: { 'content-type': type, ...this.headers }, body });
    let response = await ask();
    // A machine that runs all of this at once is busy now and then, and says when to come again.
    for (let tries = 0; response.status === 503 && tries < 10; tries += 1) {
      const seconds = Number(response.headers.get('retry-after') ?? 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
      response = await ask();
    }
    // A token lives for a quarter of an hour, and a run may take longer.
    if (response.status === 401 && this.#who) {
      this.headers = (await new Api(this.base).signIn(this.#who)).headers;
      response = await ask();
    }
    const text = await response.text();
    const answer =
      text && /json/.test(response.headers.get('content-type')) ? JSON.parse(text) : text;
    if (!response.ok) throw new Refused(method, path, response.status, answer);
    return answer;
  }

  get = (path) => this.call('GET', path);
  post = (path, body = {}) => this.call('POST', path, body);
  patch = (path, body) => this.call('PATCH', path, body);
  delete = (path) => this.call('DELETE', path);

  /** Somebody who shows a token, and another one once that is too old. */
  as(session, who = null) {
    const api = new Api(this.base, { authorization: `Bearer ${session.access_token}` });
    api.#who = who;
    return api;
  }

  async signIn(who) {
    const { email, password } = who;
    return this.as(await this.post('/api/auth/login', { email, password }), who);
  }
}

/** The secret part of a letter's link. */
export function tokenOf(letter) {
  const token = new URLSearchParams(new URL(letter.link).hash.slice(1)).get('token');
  if (!token) throw new Error(`no token in the letter "${letter.subject}": ${letter.link}`);
  return token;
}
