//! Owns a provider of the run: npm `oidc-provider` (certified by the OpenID Foundation) behind a front, with the issuer and the claims of
//! the provider that it stands for, and a page on which one chooses an account instead of typing a password.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import https from 'node:https';
import { Provider } from 'oidc-provider';
import { Front, bodyOf } from './front.js';

const CLAIMS = ['sub', 'hd', 'tid', 'xms_edov'];
const MICROSOFT = 'https://login.microsoftonline.com';
/** What Microsoft's discovery document says; its tokens say the tenant. */
export const MICROSOFT_TEMPLATE = `${MICROSOFT}/{tenantid}/v2.0`;

/**
 * @typedef {object} Client  the portal, as the provider knows it
 * @property {string} id
 * @property {string} secret
 * @property {string} redirect  where it wants people back
 */

/** The client that the portal is at a provider; the secret is fresh for each run. */
export function makeClient(origin, id) {
  return { id, secret: randomBytes(24).toString('base64url'), redirect: `${origin}/api/v1/sign-in/account/callback` };
}

/**
 * @param {import('../scratch.js').Scratch} scratch
 * @param {{certificate: Buffer, key: Buffer}} pem
 * @param {{name: string, issuer: string, accounts: Record<string, object>, client: Client}} options  `issuer` may be Microsoft's template
 */
export async function startProvider(scratch, pem, options) {
  const front = await Front.start(scratch, pem);
  return new RunningProvider(front, options);
}

class RunningProvider {
  /** @type {string[]} every code, access token and ID token that it gave out */
  secrets = [];

  constructor(front, { name, issuer, accounts, client }) {
    this.front = front;
    this.name = name;
    this.accounts = accounts;
    this.client = client;
    this.discovery = `${front.origin}/.well-known/openid-configuration`;
    const template = issuer === MICROSOFT_TEMPLATE;
    this.provider = new Provider(template ? `${MICROSOFT}/common/v2.0` : issuer, this.#configuration());
    if (template) this.#likeMicrosoft();
    this.provider.use((ctx, next) => this.#remember(ctx, next));
    const certified = this.provider.callback();
    front.handler = (request, response) => {
      if (request.url.startsWith('/interaction/')) this.#interaction(request, response).catch((error) => fail(response, error));
      else certified(request, response);
    };
  }

  #configuration() {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return {
      clients: [{
        client_id: this.client.id,
        client_secret: this.client.secret,
        redirect_uris: [this.client.redirect],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      }],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: `${this.name}-1` }] },
      scopes: ['openid', 'email', 'profile'],
      claims: { openid: CLAIMS, email: ['email', 'email_verified'], profile: ['name'] },
      conformIdTokenClaims: false, // claims stand in the ID token, as Google's and Microsoft's do
      features: { devInteractions: { enabled: false } },
      findAccount: (_ctx, id) => this.accounts[id] && { accountId: id, claims: () => ({ sub: id, ...this.accounts[id] }) },
      interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
      // Cookies do not know ports: the providers of a run share a host.
      cookies: {
        keys: [randomBytes(24).toString('hex')],
        names: { session: `${this.name}_session`, interaction: `${this.name}_interaction`, resume: `${this.name}_resume` },
      },
      ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
      // Nobody is asked for consent.
      loadExistingGrant: async (ctx) => {
        const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
    };
  }

  /** One endpoint for every tenant: the issuer is a template until somebody signed in, then their tenant's; and no RFC 9207 `iss`. */
  #likeMicrosoft() {
    Object.defineProperty(this.provider, 'issuer', {
      get: () => {
        const account = Provider.ctx?.oidc?.entities?.Account?.accountId;
        return account ? MICROSOFT_TEMPLATE.replace('{tenantid}', this.accounts[account].tid) : MICROSOFT_TEMPLATE;
      },
    });
    this.provider.use(async (ctx, next) => {
      await next();
      delete ctx.body?.authorization_response_iss_parameter_supported;
      const location = (ctx.response.get('location') ?? '');
      if (location.startsWith(this.client.redirect)) {
        const url = new URL(location);
        url.searchParams.delete('iss');
        ctx.set('location', url.href);
      }
    });
  }

  /**
   * A person without a browser: signs in at the provider and is sent back.
   * @param {string} url the authorisation request, as the portal made it
   * @param {string} account one of the accounts; none: the person goes away
   * @param {import('node:https').Agent} agent
   * @returns {Promise<URL>} where the browser goes next
   */
  async authorize(url, account, agent) {
    const jar = new Map();
    let next = { url, method: 'GET' };
    for (let step = 0; step < 6; step += 1) {
      const { status, headers } = await ask(next, jar, agent);
      if (headers.location) {
        const to = new URL(headers.location, next.url);
        if (to.href.startsWith(this.client.redirect)) return to;
        next = { url: to.href, method: 'GET' };
      } else if (status === 200 && next.method === 'GET') {
        next = { url: next.url, method: 'POST', body: new URLSearchParams({ account: account ?? '' }).toString() };
      } else {
        throw new Error(`${this.name} answers ${status} to ${next.method} ${next.url}`);
      }
    }
    throw new Error(`${this.name} goes in circles`);
  }

  async #remember(ctx, next) {
    await next();
    for (const secret of [ctx.body?.access_token, ctx.body?.id_token]) if (secret) this.secrets.push(secret);
    const location = (ctx.response.get('location') ?? '');
    const code = location.startsWith(this.client.redirect) && new URL(location).searchParams.get('code');
    if (code) this.secrets.push(code);
  }

  /** The sign-in page: a button for each account, one to go away. */
  async #interaction(request, response) {
    const { uid, params } = await this.provider.interactionDetails(request, response);
    if (request.method === 'POST') {
      const account = new URLSearchParams(await bodyOf(request)).get('account');
      const result = account in this.accounts
        ? { login: { accountId: account } }
        : { error: 'access_denied', error_description: 'the person went away' };
      await this.provider.interactionFinished(request, response, result);
      return;
    }
    this.hint = params.login_hint ?? null;
    const buttons = Object.keys(this.accounts).map((id) => `<p><button name="account" value="${id}">${id}</button></p>`).join('');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><meta name="viewport" content="width=device-width"><title>${this.name}</title><link rel="icon" href="data:,">
<h1>Sign in at ${this.name}</h1><form method="post" action="/interaction/${uid}">${buttons}<p><button name="account" value="">Cancel</button></p></form>`);
  }
}

function ask({ url, method, body }, jar, agent) {
  return new Promise((resolve, reject) => {
    const headers = { cookie: [...jar].map((pair) => pair.join('=')).join('; '), ...(body && { 'content-type': 'application/x-www-form-urlencoded' }) };
    const request = https.request(url, { method, agent, headers, timeout: 15_000 }, (answer) => {
      for (const set of answer.headers['set-cookie'] ?? []) {
        const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
        if (value) jar.set(name, value);
        else jar.delete(name);
      }
      answer.resume().on('end', () => resolve({ status: answer.statusCode, headers: answer.headers })).on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`${url}: no answer`))).on('error', reject).end(body);
  });
}

function fail(response, error) {
  response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
}
