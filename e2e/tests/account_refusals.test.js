//! Owns what the portal must refuse of a provider's answer and of the browser that brings it: each forged answer by its own test, and
//! beside them honest ones, so that no test passes because nothing works.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AccountSystem } from '../system/openid/account_system.js';

const TEST = { timeout: 30_000 };
const NURSE = { sub: 'nurse', email: 'nurse@clinic.example', email_verified: true };
const OTHER = { sub: 'other', email: 'other@clinic.example', email_verified: true };

describe('an answer of a provider', () => {
  let system;
  let clinic;
  let practice;
  let toNurse;
  before(async () => {
    system = await AccountSystem.start({ providers: ['clinic', 'practice'] });
    ({ clinic, practice } = system.providers);
    toNurse = await system.possession(NURSE.email);
  }, { timeout: 90_000 });
  after(() => system?.stop());

  /** A round trip: what the session then says. */
  async function roundTrip(visitor, { provider = clinic, id = 'clinic', account = NURSE, forgery } = {}) {
    const back = provider.authorize(await visitor.start(id, account.email), account, forgery);
    assert.equal(back.origin, system.origin);
    const answer = await visitor.callback(back.href);
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.location, '/');
    return { back, answer, session: await visitor.session() };
  }

  async function assertRefused(visitor, session, code) {
    assert.deepEqual(session, { signed_in: false, account: null, returned: { refused: code }, passkey_offered: false });
    assert.equal((await visitor.release(toNurse)).json.code, 'not_signed_in');
    assert.equal((await visitor.session()).returned, null, 'it is told once');
  }

  test('honest: the message opens, and the portal remembers who answered', TEST, async () => {
    const visitor = system.visitor();
    const { session } = await roundTrip(visitor);
    assert.equal(session.signed_in, true);
    assert.deepEqual(session.account, { provider: 'clinic', label: 'clinic' });
    assert.deepEqual(session.returned, { refused: null });
    assert.equal((await visitor.release(toNurse)).status, 200);
    assert.equal((await visitor.session()).returned, null, 'it is told once');
  });

  test('the request is made as it should be: code, PKCE, state, nonce, query, the registered address to return to', TEST, async () => {
    const urls = [await system.visitor().start('clinic', NURSE.email), await system.visitor().start('clinic', NURSE.email)].map((url) => new URL(url));
    for (const url of urls) {
      assert.equal(url.origin + url.pathname, `${clinic.front.origin}/auth`);
      const asked = Object.fromEntries(url.searchParams);
      assert.equal(asked.response_type, 'code');
      assert.equal(asked.client_id, clinic.client.id);
      assert.equal(asked.redirect_uri, `${system.origin}/api/v1/sign-in/account/callback`);
      assert.equal(asked.code_challenge_method, 'S256');
      assert.match(asked.code_challenge, /^[\w-]{43}$/);
      assert.match(asked.scope, /\bopenid\b/);
      for (const name of ['state', 'nonce']) assert.ok(asked[name].length >= 22, `${name} is long`);
      if (asked.response_mode !== undefined) assert.equal(asked.response_mode, 'query');
      assert.ok(!url.href.includes(clinic.client.secret));
    }
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.notEqual(urls[0].searchParams.get(name), urls[1].searchParams.get(name), `${name} is fresh`);
    }
  });

  test('clocks may differ by a minute, either way', TEST, async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const claims of [{ iat: now - 120, exp: now - 60 }, { iat: now + 60, exp: now + 660 }]) {
      assert.equal((await roundTrip(system.visitor(), { forgery: { claims } })).session.signed_in, true);
    }
  });

  const FORGERIES = {
    'for another audience': { claims: { aud: 'somebody-else' } },
    'for two audiences, of which we know one': { claims: { aud: ['sealpost-at-clinic', 'somebody-else'] } },
    'by another issuer': { claims: { iss: 'https://id.practice.example' } },
    'by an issuer that differs by a slash': { claims: { iss: 'https://id.clinic.example/' } },
    'without an issuer': { claims: { iss: undefined } },
    'with another nonce': { claims: { nonce: 'bm90IHRoZSBub25jZSB0aGF0IHdhcyBhc2tlZA' } },
    'without a nonce': { claims: { nonce: undefined } },
    'that expired an hour ago': { claims: { iat: Math.floor(Date.now() / 1000) - 7_200, exp: Math.floor(Date.now() / 1000) - 3_600 } },
    'that is made in an hour': { claims: { iat: Math.floor(Date.now() / 1000) + 3_600, exp: Math.floor(Date.now() / 1000) + 7_200 } },
    'that was made long ago, and still lasts': { claims: { iat: Math.floor(Date.now() / 1000) - 86_400 } },
    'that never expires': { claims: { exp: undefined } },
    'without a subject': { claims: { sub: undefined } },
    'with an empty subject': { claims: { sub: '' } },
    'with `alg: none`': { signature: 'none' },
    'signed by another key': { signature: 'other key' },
    'signed with the client secret as HMAC key': { signature: 'client secret' },
    'signed with the public key as HMAC key': { signature: 'public key' },
  };
  for (const [what, forgery] of Object.entries(FORGERIES)) {
    test(`a token ${what} is refused`, TEST, async () => {
      const visitor = system.visitor();
      const { session } = await roundTrip(visitor, { forgery });
      await assertRefused(visitor, session, 'sign_in_refused');
    });
  }

  test('a wrong state is refused, and the code is not even exchanged', TEST, async () => {
    const visitor = system.visitor();
    const exchanges = clinic.exchanges.length;
    const { session } = await roundTrip(visitor, { forgery: { callback: { state: 'A'.repeat(43) } } });
    assert.equal(session.signed_in, false);
    assert.equal(session.account, null);
    assert.match(session.returned?.refused ?? 'sign_in_refused', /^sign_in_(refused|expired)$/);
    assert.equal(clinic.exchanges.length, exchanges);
    assert.notEqual((await visitor.release(toNurse)).status, 200);
  });

  test('without state, and without code, nothing happens', TEST, async () => {
    for (const callback of [{ state: undefined }, { code: undefined }]) {
      const visitor = system.visitor();
      const exchanges = clinic.exchanges.length;
      const { session } = await roundTrip(visitor, { forgery: { callback } });
      assert.equal(session.signed_in || session.account !== null, false);
      assert.equal(clinic.exchanges.length, exchanges);
    }
  });

  test('a callback is good once: replayed, it signs nobody in and is not exchanged again', TEST, async () => {
    const visitor = system.visitor();
    const copy = visitor.copy();
    const back = clinic.authorize(await visitor.start('clinic'), NURSE);
    copy.cookies = new Map(visitor.cookies);
    await visitor.callback(back.href);
    assert.equal((await visitor.session()).signed_in, true);
    const exchanges = clinic.exchanges.length;
    await copy.callback(back.href);
    const session = await copy.session();
    assert.equal(session.signed_in || session.account !== null, false);
    assert.equal(clinic.exchanges.length, exchanges);
    await visitor.callback(back.href);
    assert.equal(clinic.exchanges.length, exchanges, 'in the same browser neither');
  });

  test('a code that the provider refuses signs nobody in', TEST, async () => {
    const visitor = system.visitor();
    const { session } = await roundTrip(visitor, { forgery: { callback: { code: 'never-given-out' } } });
    assert.equal(session.signed_in || session.account !== null, false);
    assert.ok(session.returned.refused);
  });

  test('mix-up: an answer that says another provider gave it (RFC 9207) is refused, and the code stays unsent', TEST, async () => {
    const visitor = system.visitor();
    const exchanges = clinic.exchanges.length;
    const { session } = await roundTrip(visitor, { forgery: { callback: { iss: practice.issuer } } });
    await assertRefused(visitor, session, 'sign_in_refused');
    assert.equal(clinic.exchanges.length, exchanges);
  });

  test('mix-up: an answer without `iss` of a provider that promises one is refused', TEST, async () => {
    const visitor = system.visitor();
    const { session } = await roundTrip(visitor, { forgery: { callback: { iss: undefined } } });
    await assertRefused(visitor, session, 'sign_in_refused');
  });

  test('mix-up: a code of one provider, brought back to a sign-in at another, goes to the one that the state is pinned to', TEST, async () => {
    const visitor = system.visitor();
    const honest = clinic.authorize(await visitor.start('clinic'), NURSE);
    const attack = new URL(await system.visitor().start('practice'));
    const mixed = practice.authorize(attack.href, NURSE);
    mixed.searchParams.set('state', honest.searchParams.get('state'));
    const before = [clinic.exchanges.length, practice.exchanges.length];
    await visitor.callback(mixed.href);
    const session = await visitor.session();
    assert.equal(session.signed_in || session.account !== null, false);
    assert.equal(practice.exchanges.length, before[1], 'nothing is sent to the other provider');
  });

  test('a provider without RFC 9207 works too', TEST, async () => {
    const visitor = system.visitor();
    const account = { sub: 'p', email: 'desk@practice.example', email_verified: true };
    const { session } = await roundTrip(visitor, { provider: practice, id: 'practice', account });
    assert.equal(session.signed_in, true);
  });

  test('the same subject at two providers is two accounts', TEST, async () => {
    const visitor = system.visitor();
    await roundTrip(visitor, { provider: practice, id: 'practice', account: NURSE });
    const session = await visitor.session();
    assert.equal(session.account.provider, 'practice');
    assert.equal(session.signed_in, false, 'practice does not speak for clinic.example');
    assert.notEqual((await visitor.release(toNurse)).status, 200);
  });

  test('login CSRF: another browser cannot use the callback, with its own sign-in under way or without', TEST, async () => {
    const attacker = system.visitor();
    const back = clinic.authorize(await attacker.start('clinic'), OTHER);
    const victims = [system.visitor(), system.visitor()];
    await victims[1].start('clinic');
    const exchanges = clinic.exchanges.length;
    for (const victim of victims) {
      const answer = await victim.callback(back.href);
      assert.equal(answer.status, 303);
      assert.equal(answer.headers.location, '/');
      const session = await victim.session();
      assert.equal(session.signed_in || session.account !== null, false);
    }
    assert.equal(clinic.exchanges.length, exchanges);
  });

  test('login CSRF: a sign-in cannot be begun from another site', TEST, async () => {
    const visitor = system.visitor();
    const elsewhere = await visitor.get('/api/v1/sign-in/account/start', { from: 'elsewhere' });
    assert.equal(elsewhere.status, 405);
    assert.deepEqual(elsewhere.cookies, []);
    const posted = await visitor.post('/api/v1/sign-in/account/start', { provider: 'clinic', address: null, tab: visitor.tab }, { from: 'elsewhere' });
    assert.equal(posted.json.code, 'bad_request');
    assert.deepEqual(posted.cookies, []);
  });

  test('session fixation: the cookie has another value after each step, and the old one is nobody', TEST, async () => {
    const visitor = system.visitor();
    visitor.cookies.set('__Host-session', { value: Buffer.alloc(32, 7).toString('base64url'), attributes: {} });
    const planted = visitor.copy();
    await roundTrip(visitor, { account: OTHER });
    const withAccount = visitor.copy();
    assert.notEqual(visitor.cookie('__Host-session'), planted.cookie('__Host-session'));
    assert.equal((await planted.session()).account, null, 'who planted the cookie has nothing');
    const { status } = await system.prove(visitor, toNurse, NURSE.email);
    assert.equal(status, 200);
    assert.notEqual(visitor.cookie('__Host-session'), withAccount.cookie('__Host-session'));
    const old = await withAccount.session();
    assert.equal(old.signed_in || old.account !== null, false, 'who stole the cookie before has nothing');
    const live = await visitor.session();
    assert.equal(live.signed_in, true);
    assert.deepEqual(live.account, { provider: 'clinic', label: 'clinic' }, 'the account stays');
    assert.equal((await visitor.release(toNurse)).status, 200);
  });

  test('cookies are as the design wants them', TEST, async () => {
    const visitor = system.visitor();
    const back = clinic.authorize(await visitor.start('clinic'), NURSE);
    const oidc = visitor.cookies.get('__Host-oidc');
    assert.equal(oidc.attributes.samesite, 'Lax');
    assert.equal(oidc.attributes.httponly, true);
    assert.ok(Number(oidc.attributes['max-age']) <= 600);
    await visitor.callback(back.href);
    assert.equal(visitor.cookies.has('__Host-oidc'), false, 'single use');
    const session = visitor.cookies.get('__Host-session');
    assert.equal(session.attributes.samesite, 'Strict');
    assert.equal(session.attributes.httponly, true);
  });

  test('open redirect: whatever stands in the callback, it leads to the portal alone', TEST, async () => {
    const hostile = ['https://evil.example/', '//evil.example', '/\\evil.example', '/%0d%0aLocation:https://evil.example', 'javascript:alert(1)'];
    for (const value of hostile) {
      for (const name of ['redirect_uri', 'return_to', 'next', 'url', 'state', 'iss', 'error', 'error_uri', 'code']) {
        const visitor = system.visitor();
        const back = clinic.authorize(await visitor.start('clinic'), NURSE);
        back.searchParams.set(name, value);
        const answer = await visitor.callback(back.href);
        assert.equal(answer.status, 303, `${name}=${value}`);
        assert.equal(answer.headers.location, '/', `${name}=${value}`);
      }
    }
  });

  test('open redirect: a start with hostile parameters goes to the configured provider, or nowhere', TEST, async () => {
    const visitor = system.visitor();
    for (const address of ['https://evil.example/', 'a@b.example&redirect_uri=https://evil.example/', 'a@clinic.example#@evil.example']) {
      const answer = await visitor.post('/api/v1/sign-in/account/start', { provider: 'clinic', address, tab: visitor.tab });
      if (answer.status !== 200) continue;
      const url = new URL(answer.json.url);
      assert.equal(url.origin, clinic.front.origin);
      assert.deepEqual(url.searchParams.getAll('redirect_uri'), [`${system.origin}/api/v1/sign-in/account/callback`]);
    }
    for (const provider of ['https://evil.example/', '', 'nobody', '../clinic']) {
      const answer = await visitor.post('/api/v1/sign-in/account/start', { provider, address: null, tab: visitor.tab });
      assert.ok(answer.status >= 400, `${provider}: ${answer.status}`);
    }
    const extra = await visitor.post('/api/v1/sign-in/account/start', { provider: 'clinic', address: null, tab: visitor.tab, return_to: 'https://evil.example/' });
    assert.equal(extra.status, 400, 'the contract knows no other field');
  });

  test('a person who goes away at the provider is told so, and may begin again', TEST, async () => {
    const visitor = system.visitor();
    const url = new URL(await visitor.start('clinic'));
    const back = new URL(url.searchParams.get('redirect_uri'));
    for (const [name, value] of Object.entries({ error: 'access_denied', error_description: '<script>', state: url.searchParams.get('state'), iss: clinic.issuer })) {
      back.searchParams.set(name, value);
    }
    await visitor.callback(back.href);
    await assertRefused(visitor, await visitor.session(), 'sign_in_cancelled');
    assert.equal((await roundTrip(visitor)).session.signed_in, true);
  });

  test('a provider that changes its key is believed by its new key', TEST, async () => {
    clinic.newKey();
    // The portal asks for unknown keys at most every ten seconds.
    for (const end = Date.now() + 20_000; ;) {
      const { session } = await roundTrip(system.visitor());
      if (session.signed_in) return;
      assert.equal(session.returned.refused, 'sign_in_refused');
      assert.ok(Date.now() < end, 'the new key is fetched');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  });

  test('a provider out of reach: said so, the other ways still work, and it is back when it is back', TEST, async () => {
    const { practice: provider } = system.providers;
    const visitor = system.visitor();
    const back = provider.authorize(await visitor.start('practice'), NURSE);
    await provider.front.close();
    try {
      await visitor.callback(back.href);
      assert.equal((await visitor.session()).returned.refused, 'provider_unavailable');
      const { status } = await system.prove(visitor, toNurse, NURSE.email);
      assert.equal(status, 200, 'a passcode still works');
      assert.equal((await visitor.release(toNurse)).status, 200);
    } finally {
      await provider.front.reopen();
    }
    const account = { sub: 'p', email: 'desk@practice.example', email_verified: true };
    assert.equal((await roundTrip(system.visitor(), { provider, id: 'practice', account })).session.signed_in, true);
  });
});
