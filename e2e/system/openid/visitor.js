//! Owns a browser without pages: requests to the portal with the headers and by the cookie rules of a browser, for what is told from
//! answers alone.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import https from 'node:https';

const TIMEOUT = 15_000;

export class Visitor {
  /** @type {Map<string, {value: string, attributes: Record<string, string | true>}>} */
  cookies = new Map();
  /** The tab's name. */
  tab = randomBytes(16).toString('base64url');

  /** Its network address, as the proxy in front of the portal tells it: one visitor's requests are no other's. */
  address = `10.${[...randomBytes(3)].join('.')}`;

  /** @param {{origin: string, agent: https.Agent}} options */
  constructor({ origin, agent }) {
    this.origin = origin;
    this.agent = agent;
  }

  /** Another browser that has these cookies too: stolen, or planted. */
  copy() {
    const copy = new Visitor(this);
    copy.cookies = new Map(this.cookies);
    copy.tab = this.tab;
    return copy;
  }

  /**
   * A navigation or a fetch.
   * @param {string} path or a URL of the portal
   * @param {{from?: 'portal' | 'elsewhere'}} [options]  `elsewhere`: another site sends the browser here
   */
  async get(path, { from = 'portal' } = {}) {
    const elsewhere = from === 'elsewhere';
    return this.#send('GET', path, { 'sec-fetch-site': elsewhere ? 'cross-site' : 'same-origin' }, elsewhere);
  }

  /** What the app does: JSON by fetch; or what another site makes the browser do. */
  async post(path, body, { from = 'portal' } = {}) {
    const elsewhere = from === 'elsewhere';
    const sender = elsewhere ? { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } : { origin: this.origin, 'sec-fetch-site': 'same-origin' };
    return this.#send('POST', path, { ...sender, 'content-type': 'application/json' }, elsewhere, JSON.stringify(body));
  }

  /** @returns {Promise<{status: number, headers: object, text: string, json: any, cookies: string[]}>} */
  #send(method, path, headers, elsewhere, body) {
    const url = new URL(path, this.origin);
    if (url.origin !== this.origin) throw new Error(`${url.origin} is not the portal`);
    const cookie = [...this.cookies]
      .filter(([, { attributes }]) => !(elsewhere && attributes.samesite === 'Strict'))
      .map(([name, { value }]) => `${name}=${value}`).join('; ');
    return new Promise((resolve, reject) => {
      const request = https.request(url, {
        method,
        agent: this.agent,
        timeout: TIMEOUT,
        headers: { 'x-forwarded-for': this.address, ...headers, ...(cookie && { cookie }), ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
      }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece) => (text += piece)).on('error', reject).on('end', () => {
          const cookies = answer.headers['set-cookie'] ?? [];
          for (const set of cookies) this.#keep(set);
          resolve({ status: answer.statusCode, headers: answer.headers, text, json: parsed(text), cookies });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${method} ${url.pathname}: no answer`)));
      request.on('error', reject);
      request.end(body);
    });
  }

  #keep(set) {
    const [pair, ...rest] = set.split(/; */);
    const name = pair.slice(0, pair.indexOf('='));
    const attributes = Object.fromEntries(rest.map((each) => {
      const [key, value] = each.split('=');
      return [key.toLowerCase(), value ?? true];
    }));
    if (name.startsWith('__Host-') && !(attributes.secure && attributes.path === '/' && !attributes.domain)) {
      throw new Error(`a browser refuses ${set}`);
    }
    if (attributes['max-age'] === '0') this.cookies.delete(name);
    else this.cookies.set(name, { value: pair.slice(name.length + 1), attributes });
  }

  // What the app does with it.

  cookie(name) {
    return this.cookies.get(name)?.value;
  }

  ways(address) {
    return this.post('/api/v1/sign-in/ways', { address });
  }

  /** Begins a sign-in at a provider. @returns {Promise<string>} where the app sends the browser */
  async start(provider, address = null) {
    const answer = await this.post('/api/v1/sign-in/account/start', { provider, address, tab: this.tab });
    if (answer.status !== 200) throw new Error(`start: ${answer.status} ${answer.text}`);
    return answer.json.url;
  }

  /** Comes back from a provider. */
  callback(url) {
    return this.get(url, { from: 'elsewhere' });
  }

  /** @returns {Promise<{signed_in: boolean, account: object | null, returned: object | null, passkey_offered: boolean}>} */
  async session() {
    return (await this.get('/api/v1/session')).json;
  }

  challenge(possession, address) {
    return this.post('/api/v1/sign-in/challenge', { possession, address, tab: this.tab });
  }

  verify(possession, address, code, keep = false) {
    return this.post('/api/v1/sign-in/verify', { possession, address, tab: this.tab, code, keep });
  }

  release(possession) {
    const { x } = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });
    return this.post('/api/v1/release', { possession, nonce: randomBytes(32).toString('base64url'), public_key: x });
  }

  me() {
    return this.post('/api/v1/me', {});
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
