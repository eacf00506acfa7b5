//! Owns a provider of our own that can be told, for each sign-in, what to answer: right, or wrong in one way. It has no pages; tests
//! play the person by `authorize`.

import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { Front, bodyOf } from './front.js';

const TOKEN_LIFE = 600;

/**
 * @typedef {object} Forgery  what is not as it should be; nothing of it: an honest answer
 * @property {Record<string, unknown>} [claims]  over the claims of an honest token; `undefined` leaves one out
 * @property {'none' | 'other key' | 'client secret' | 'public key'} [signature]  instead of RS256 by the provider's key
 * @property {Record<string, string | undefined>} [callback]  over the parameters of the honest callback
 */

export class Forger {
  /** Codes as they were given out. @type {Map<string, object>} */
  #codes = new Map();
  #count = 0;
  #key;
  #keyId;
  /** @type {string[]} every code, access token and ID token that it gave out */
  secrets = [];
  /** @type {{code: string, answered: number}[]} what the token endpoint was asked */
  exchanges = [];

  /**
   * @param {import('../scratch.js').Scratch} scratch
   * @param {{certificate: Buffer, key: Buffer}} pem
   * @param {{issuer: string, client: import('./provider.js').Client, sendsIss?: boolean}} options  `sendsIss`: it says who answers (RFC 9207)
   */
  static async start(scratch, pem, { issuer, client, sendsIss = true }) {
    const forger = new Forger();
    Object.assign(forger, { issuer, client, sendsIss, front: await Front.start(scratch, pem) });
    forger.newKey();
    forger.front.handler = (request, response) => forger.#answer(request, response)
      .catch((error) => response.writeHead(500).end(String(error)));
    return forger;
  }

  get discovery() {
    return `${this.front.origin}/.well-known/openid-configuration`;
  }

  /** Changes the signing key, as providers do; the old one is gone from the published set. */
  newKey() {
    this.#count += 1;
    this.#keyId = `key-${this.#count}`;
    this.#key = generateKeyPairSync('rsa', { modulusLength: 2048 });
  }

  /**
   * What happens in the person's browser at the provider: they sign in, and are sent back.
   * @param {string} url the authorisation request, as the portal made it
   * @param {Record<string, unknown>} account `sub` and what else is claimed
   * @param {Forgery} [forgery]
   * @returns {URL} where the browser goes next
   */
  authorize(url, account, forgery = {}) {
    const asked = new URL(url).searchParams;
    const code = randomBytes(18).toString('base64url');
    this.secrets.push(code);
    this.#codes.set(code, { account, forgery, nonce: asked.get('nonce'), challenge: asked.get('code_challenge'), redirect: asked.get('redirect_uri') });
    const back = new URL(asked.get('redirect_uri'));
    const parameters = { code, state: asked.get('state'), iss: this.sendsIss ? this.issuer : undefined, ...forgery.callback };
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) back.searchParams.set(name, value);
    return back;
  }

  async #answer(request, response) {
    const path = request.url.split('?')[0];
    const answer = {
      'GET /.well-known/openid-configuration': () => this.#document(),
      'GET /jwks': () => ({ keys: [{ ...this.#key.publicKey.export({ format: 'jwk' }), kid: this.#keyId, alg: 'RS256', use: 'sig' }] }),
      'POST /token': () => this.#exchange(request),
    }[`${request.method} ${path}`];
    const body = await answer?.();
    response.writeHead(!body ? 404 : body.error ? 400 : 200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body ?? {}));
  }

  #document() {
    const at = (path) => `${this.front.origin}${path}`;
    return {
      issuer: this.issuer,
      authorization_endpoint: at('/auth'),
      token_endpoint: at('/token'),
      jwks_uri: at('/jwks'),
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', 'email'],
      ...(this.sendsIss && { authorization_response_iss_parameter_supported: true }),
    };
  }

  async #exchange(request) {
    const form = new URLSearchParams(await bodyOf(request));
    const code = form.get('code');
    const grant = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    const good = grant && this.#isClient(request, form) && challenge === grant.challenge && form.get('redirect_uri') === grant.redirect;
    this.exchanges.push({ code, answered: good ? 200 : 400 });
    if (!good) return { error: 'invalid_grant' };
    const accessToken = randomBytes(24).toString('base64url');
    const idToken = this.#idToken(grant);
    this.secrets.push(accessToken, idToken);
    return { access_token: accessToken, token_type: 'Bearer', expires_in: TOKEN_LIFE, id_token: idToken };
  }

  #isClient(request, form) {
    const basic = request.headers.authorization?.match(/^Basic (.+)$/)?.[1];
    const [id, secret] = basic
      ? Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent)
      : [form.get('client_id'), form.get('client_secret')];
    return id === this.client.id && secret === this.client.secret;
  }

  #idToken({ account, forgery, nonce }) {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.issuer, aud: this.client.id, nonce, iat: now, exp: now + TOKEN_LIFE, ...account, ...forgery.claims };
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const alg = { none: 'none', 'client secret': 'HS256', 'public key': 'HS256' }[forgery.signature] ?? 'RS256';
    const signed = `${encode({ alg, typ: 'JWT', kid: this.#keyId })}.${encode(claims)}`;
    return `${signed}.${this.#signature(signed, forgery.signature).toString('base64url')}`;
  }

  #signature(signed, forged) {
    const hmac = (key) => createHmac('sha256', key).update(signed).digest();
    switch (forged) {
      case 'none': return Buffer.alloc(0);
      case 'client secret': return hmac(this.client.secret);
      case 'public key': return hmac(this.#key.publicKey.export({ format: 'pem', type: 'spki' }));
      case 'other key': return sign('sha256', Buffer.from(signed), generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
      default: return sign('sha256', Buffer.from(signed), this.#key.privateKey);
    }
  }
}
