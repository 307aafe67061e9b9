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
  constructor(base, headers = {}) {
    this.base = base;
    this.headers = headers;
  }

  async call(method, path, body) {
    const response = await fetch(this.base + path, {
      method,
      headers: { 'content-type': 'application/json', ...this.headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const answer = text && /json/.test(response.headers.get('content-type')) ? JSON.parse(text) : text;
    if (!response.ok) throw new Refused(method, path, response.status, answer);
    return answer;
  }

  /** A file as the body. */
  async upload(path, file, { type = 'text/csv', method = 'POST' } = {}) {
    const response = await fetch(this.base + path, {
      method,
      headers: { ...this.headers, 'content-type': type },
      body: file,
    });
    const answer = await response.json();
    if (!response.ok) throw new Refused(method, path, response.status, answer);
    return answer;
  }

  get = (path) => this.call('GET', path);
  post = (path, body = {}) => this.call('POST', path, body);
  patch = (path, body) => this.call('PATCH', path, body);
  delete = (path) => this.call('DELETE', path);

  /** Somebody who shows a token. */
  as(session) {
    return new Api(this.base, { authorization: `Bearer ${session.access_token}` });
  }

  async signIn({ email, password }) {
    return this.as(await this.post('/api/auth/login', { email, password }));
  }
}

/** The secret part of a letter's link. */
export function tokenOf(letter) {
  const token = new URLSearchParams(new URL(letter.link).hash.slice(1)).get('token');
  if (!token) throw new Error(`no token in the letter "${letter.subject}": ${letter.link}`);
  return token;
}
