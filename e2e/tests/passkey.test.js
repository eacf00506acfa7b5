//! Owns passkeys: by an authenticator in software, which can be cloned and can fail to verify the person, against the portal's answers;
//! and in Chromium with its virtual authenticator, as a person meets them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from '../drivers/chromium.js';
import { assertClean } from '../journeys/clean.js';
import { opened, signIn } from '../journeys/reading.js';
import * as ways from '../journeys/ways.js';
import { words } from '../journeys/words.js';
import { AccountSystem } from '../system/openid/account_system.js';
import { Authenticator } from '../system/openid/authenticator.js';
import { rowCounts } from '../system/openid/database.js';
import { meWords, refusals, signInWords } from '../system/openid/words.js';

const TEST = { timeout: 60_000 };
const READER = 'reader@praxis.example';

describe('a passkey', () => {
  let system;
  let toReader;
  let next;
  before(async () => {
    system = await AccountSystem.start({ providers: ['clinic'] });
    toReader = await system.possession(READER);
    next = await system.possession(READER);
  }, { timeout: 90_000 });
  after(() => system?.stop());

  /** A browser that proved the address by a code. */
  async function proved(address = READER) {
    const visitor = system.visitor();
    const { status } = await system.prove(visitor, await system.possession(address), address);
    assert.equal(status, 200);
    return visitor;
  }

  async function make(visitor, authenticator) {
    const { json: options, status, text } = await visitor.post('/api/v1/passkeys/make/start', {});
    assert.equal(status, 200, text);
    return visitor.post('/api/v1/passkeys/make/finish', authenticator.make(options, system.origin));
  }

  async function use(visitor, authenticator, change = {}) {
    const { json: options } = await visitor.post('/api/v1/passkeys/use/start', {});
    return visitor.post('/api/v1/passkeys/use/finish', { ...authenticator.use(options, system.origin), ...change });
  }

  test('made after a code opens the next message without one', TEST, async () => {
    const authenticator = new Authenticator();
    const visitor = await proved();
    assert.equal((await visitor.session()).passkey_offered, true);
    const made = await make(visitor, authenticator);
    assert.equal(made.status, 200, made.text);
    assert.equal((await visitor.session()).passkey_offered, false);

    const again = system.visitor();
    const mails = await system.catcher.mark();
    const used = await use(again, authenticator);
    assert.equal(used.status, 200, used.text);
    assert.equal(used.json.signed_in, true);
    assert.equal((await again.release(next)).status, 200);
    assert.equal((await again.release(await system.possession('somebody.else@praxis.example'))).json.code, 'not_a_recipient');
    assert.equal(await system.catcher.mark(), mails, 'no code is mailed');
  });

  test('the session has another id once it is used', TEST, async () => {
    const authenticator = new Authenticator();
    await make(await proved(), authenticator);
    const visitor = system.visitor();
    await visitor.post('/api/v1/passkeys/use/start', {});
    const before = visitor.copy();
    const { json: options } = await visitor.post('/api/v1/passkeys/use/start', {});
    await visitor.post('/api/v1/passkeys/use/finish', authenticator.use(options, system.origin));
    assert.notEqual(visitor.cookie('__Host-session'), before.cookie('__Host-session'));
    assert.equal((await before.session()).signed_in, false);
  });

  test('is asked for discoverable, with user verification, without attestation', TEST, async () => {
    const visitor = await proved();
    const { json: options } = await visitor.post('/api/v1/passkeys/make/start', {});
    assert.equal(options.rp_id, 'localhost');
    assert.ok(options.algorithms.includes(-7));
    assert.ok(Buffer.from(options.challenge, 'base64url').length >= 16, 'WebAuthn Level 2, section 13.4.3');
    assert.ok(!Buffer.from(options.user, 'base64url').toString('latin1').includes('@'), 'the user handle names nobody');
  });

  test('is not made by an authenticator that did not verify the person', TEST, async () => {
    const visitor = await proved('unverified@praxis.example');
    const made = await make(visitor, new Authenticator({ verifies: false }));
    assert.equal(made.json.code, 'passkey_refused');
    assert.equal((await visitor.me()).json.passkeys.length, 0);
    assert.equal((await make(visitor, new Authenticator())).status, 200, 'control');
    assert.equal((await visitor.me()).json.passkeys.length, 1);
  });

  test('is not used by an authenticator that did not verify the person', TEST, async () => {
    const authenticator = new Authenticator();
    await make(await proved(), authenticator);
    authenticator.verifies = false;
    assert.equal((await use(system.visitor(), authenticator)).json.code, 'passkey_refused');
    authenticator.verifies = true;
    assert.equal((await use(system.visitor(), authenticator)).status, 200, 'control');
  });

  test('a clone is noticed by its counter', TEST, async () => {
    const authenticator = new Authenticator();
    await make(await proved(), authenticator);
    const clone = authenticator.clone();
    assert.equal((await use(system.visitor(), authenticator)).status, 200);
    assert.equal((await use(system.visitor(), authenticator)).status, 200);
    const visitor = system.visitor();
    assert.equal((await use(visitor, clone)).json.code, 'passkey_refused', 'the counter went back');
    assert.equal((await visitor.session()).signed_in, false);
    assert.equal((await visitor.release(next)).json.code, 'not_signed_in');
  });

  test('an authenticator without counter works, as those of phones do', TEST, async () => {
    const authenticator = new Authenticator({ counts: false });
    assert.equal((await make(await proved(), authenticator)).status, 200);
    for (const _ of [0, 1]) assert.equal((await use(system.visitor(), authenticator)).status, 200);
  });

  test('an assertion is good once, and in the browser that asked for it', TEST, async () => {
    const authenticator = new Authenticator({ counts: false });
    await make(await proved(), authenticator);
    const visitor = system.visitor();
    const { json: options } = await visitor.post('/api/v1/passkeys/use/start', {});
    const assertion = authenticator.use(options, system.origin);
    const thief = system.visitor();
    await thief.post('/api/v1/passkeys/use/start', {});
    assert.equal((await thief.post('/api/v1/passkeys/use/finish', assertion)).json.code, 'passkey_refused');
    const before = visitor.copy();
    assert.equal((await visitor.post('/api/v1/passkeys/use/finish', assertion)).status, 200);
    for (const replay of [visitor, before]) {
      assert.equal((await replay.post('/api/v1/passkeys/use/finish', assertion)).json.code, 'passkey_refused');
    }
  });

  test('a wrong signature, origin, purpose and relying party are refused', TEST, async () => {
    const authenticator = new Authenticator({ counts: false });
    await make(await proved(), authenticator);
    const attempt = async (change) => {
      const visitor = system.visitor();
      const { json: options } = await visitor.post('/api/v1/passkeys/use/start', {});
      return (await visitor.post('/api/v1/passkeys/use/finish', change(options))).json.code;
    };
    const origin = system.origin;
    const signature = Buffer.alloc(70, 1).toString('base64url');
    assert.equal(await attempt((options) => ({ ...authenticator.use(options, origin), signature })), 'passkey_refused');
    assert.equal(await attempt((options) => authenticator.use(options, 'https://localhost.evil.example')), 'passkey_refused');
    assert.equal(await attempt((options) => authenticator.use({ ...options, rp_id: 'evil.example' }, origin)), 'passkey_refused');
    assert.equal(await attempt((options) => {
      const { client_data: clientData } = new Authenticator().make({ ...options, user: 'AA' }, origin);
      return { ...authenticator.use(options, origin), client_data: clientData };
    }), 'passkey_refused');
  });

  test('nothing tells a stranger who is registered', TEST, async () => {
    const known = new Authenticator();
    await make(await proved(), known);
    const unknown = new Authenticator();
    const { json: anyOptions } = await system.visitor().post('/api/v1/passkeys/use/start', {});
    unknown.make({ ...anyOptions, user: known.credentials[0].user }, system.origin);

    // Options are the same for everyone, but for the challenge.
    const shapes = [];
    for (const visitor of [system.visitor(), await proved(), await proved('other@praxis.example')]) {
      const { json } = await visitor.post('/api/v1/passkeys/use/start', {});
      shapes.push({ ...json, challenge: json.challenge.length });
    }
    assert.deepEqual(shapes[1], shapes[0]);
    assert.deepEqual(shapes[2], shapes[0]);
    assert.deepEqual(Object.keys(shapes[0]).sort(), ['challenge', 'rp_id', 'timeout']);

    // A known credential with a wrong signature and one that never was get the same answer.
    const answers = [];
    for (const authenticator of [known, unknown]) {
      const answer = await use(system.visitor(), authenticator, { signature: Buffer.alloc(70, 1).toString('base64url') });
      answers.push({ status: answer.status, ...answer.json, request_id: null });
    }
    assert.deepEqual(answers[1], answers[0]);

    // The ways of an address do not depend on who has a passkey.
    const [withOne, without] = [await system.visitor().ways(READER), await system.visitor().ways('never.seen@praxis.example')];
    assert.deepEqual(withOne.json, without.json);
  });

  test('is not made without a proved address', TEST, async () => {
    assert.equal((await system.visitor().post('/api/v1/passkeys/make/start', {})).json.code, 'not_signed_in');
  });

  test('is one of several, excluded at the next making, and removable; a removed one is refused', TEST, async () => {
    const address = 'several@praxis.example';
    const [one, two] = [new Authenticator(), new Authenticator()];
    await make(await proved(address), one);
    const visitor = system.visitor();
    await use(visitor, one);
    const early = await visitor.post('/api/v1/passkeys/make/start', {});
    assert.equal(early.json.code, 'way_not_allowed', 'a kept proof does not beget another');
    await system.prove(visitor, await system.possession(address), address);
    const { json: options } = await visitor.post('/api/v1/passkeys/make/start', {});
    assert.deepEqual(options.exclude, [one.credentials[0].id.toString('base64url')]);
    assert.equal((await visitor.post('/api/v1/passkeys/make/finish', two.make(options, system.origin))).status, 200);
    assert.equal((await use(system.visitor(), two)).status, 200);

    const { json: me } = await visitor.me();
    assert.equal(me.passkeys.length, 2);
    for (const { id } of me.passkeys) assert.equal((await visitor.post('/api/v1/me/forget', { id })).status, 200);
    for (const removed of [one, two]) assert.equal((await use(system.visitor(), removed)).json.code, 'passkey_refused');
  });

  test('goes when all is erased', TEST, async () => {
    const count = async () => Object.entries(await rowCounts(system.scratch)).filter(([table]) => /passkey/.test(table)).map(([, rows]) => rows);
    const before = await count();
    const authenticator = new Authenticator();
    const visitor = await proved('leaving@praxis.example');
    await make(visitor, authenticator);
    assert.notDeepEqual(await count(), before, 'a row was added');
    assert.equal((await visitor.post('/api/v1/me/erase', {})).status, 200);
    assert.equal((await use(system.visitor(), authenticator)).json.code, 'passkey_refused');
    assert.equal((await count()).reduce((a, b) => a + b), before.reduce((a, b) => a + b));
  });
});

describe('a passkey in chromium', () => {
  let system;
  let browser;
  before(async () => {
    system = await AccountSystem.start({ providers: [] });
    browser = await launch();
  }, { timeout: 90_000 });
  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  const heading = (name) => ({ role: 'heading', name });
  const says = (page, text) => page.waitUntil((each) => document.body.innerText.includes(each), [text]);

  /** A page whose device has a lock: Chromium's virtual authenticator. */
  async function withDevice(test, { verifies = true } = {}) {
    const page = await browser.newPage();
    try {
      const protocol = await page.context.newCDPSession(page.page);
      await protocol.send('WebAuthn.enable', { enableUI: false });
      const { authenticatorId } = await protocol.send('WebAuthn.addVirtualAuthenticator', {
        options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: verifies, automaticPresenceSimulation: true },
      });
      const device = {
        credentials: async () => (await protocol.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
        unlock: (isUserVerified) => protocol.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
        /** As a copy made before the last use would count. */
        async goBack() {
          const [credential] = await device.credentials();
          await protocol.send('WebAuthn.removeCredential', { authenticatorId, credentialId: credential.credentialId });
          const { credentialId, isResidentCredential, rpId, privateKey, userHandle } = credential;
          await protocol.send('WebAuthn.addCredential', { authenticatorId, credential: { credentialId, isResidentCredential, rpId, privateKey, userHandle, signCount: 0 } });
        },
      };
      await test(page, device);
      assertClean(page.log, system.origin, { refusals: true });
    } finally {
      await page.closeContext();
    }
  }

  /** Opens a message by a code, takes the offer, and signs out. */
  async function enrol(page, address) {
    const message = await system.message(address);
    await ways.link(page, message);
    await signIn(system, page, address);
    await opened(page, message.fixture);
    await page.waitFor(heading(signInWords.offer_title));
    await page.click('#make-passkey');
    await says(page, signInWords.offer_made);
    await page.click({ role: 'button', name: words.sign_out });
    await page.waitFor(heading(words.signed_out_title));
  }

  /** From the arrived message to the device's question. */
  async function touch(page, message) {
    await ways.link(page, message);
    await page.click({ role: 'button', name: words.open_message });
    await page.waitFor(heading(signInWords.ways_title));
    await page.click('#way-passkey');
  }

  test('is offered after a code, made, and opens the next message with a touch', TEST, async () => {
    const next = await system.message(READER);
    await withDevice(async (page, device) => {
      await enrol(page, READER);
      const [credential] = await device.credentials();
      assert.equal(credential.rpId, 'localhost');
      assert.equal(credential.isResidentCredential, true);
      const mails = await system.catcher.mark();
      await touch(page, next);
      await opened(page, next.fixture);
      assert.equal(await system.catcher.mark(), mails, 'no code was mailed');
    });
  });

  test('is not offered where the device cannot hold one', TEST, async () => {
    const message = await system.message(READER);
    const page = await browser.newPage({ init: () => { PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = async () => false; } });
    try {
      await ways.link(page, message);
      await signIn(system, page, READER);
      await opened(page, message.fixture);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      assert.equal(await page.evaluate(() => document.querySelector('#make-passkey')), null);
    } finally {
      await page.closeContext();
    }
  });

  test('a cloned one is noticed, and a passcode opens the message', TEST, async () => {
    const [first, second] = [await system.message('cloned@praxis.example'), await system.message('cloned@praxis.example')];
    await withDevice(async (page, device) => {
      await enrol(page, 'cloned@praxis.example');
      await touch(page, first);
      await opened(page, first.fixture);
      await page.click({ role: 'button', name: words.sign_out });
      await page.waitFor(heading(words.signed_out_title));
      await device.goBack();
      await touch(page, second);
      await says(page, refusals.passkeyRefused);
      const mark = await system.catcher.mark();
      await page.click('#way-passcode');
      await page.waitFor(heading(words.passcode_title));
      const { code } = await system.code('cloned@praxis.example', mark);
      await page.fill({ role: 'textbox', name: words.passcode_label }, code);
      await opened(page, second.fixture);
    });
  });

  test('a device that does not verify its owner opens nothing', TEST, async () => {
    const message = await system.message('locked@praxis.example');
    await withDevice(async (page, device) => {
      await enrol(page, 'locked@praxis.example');
      await device.unlock(false);
      await touch(page, message);
      await page.waitFor({ role: 'alert', name: /passkey/i });
      assert.ok(!(await page.evaluate(() => document.body.innerText)).includes(message.fixture.subject));
      await device.unlock(true);
      await page.click('#way-passkey');
      await opened(page, message.fixture);
    });
  });

  test('removed on the own page, it is refused', TEST, async () => {
    const message = await system.message('removing@praxis.example');
    await withDevice(async (page) => {
      await enrol(page, 'removing@praxis.example');
      await page.open(`${system.origin}/me`);
      await page.waitFor(heading(meWords.title));
      await page.click('#way-passkey');
      await page.click({ role: 'button', name: /^Remove: Passkey/ });
      await says(page, meWords.passkeys_none);
      await page.context.clearCookies();
      // The app no longer knows of a passkey here, so that a passcode is mailed at once; the passkey is still to be found.
      await ways.link(page, message);
      await page.click({ role: 'button', name: words.open_message });
      await page.waitFor(heading(words.passcode_title));
      await page.click({ role: 'button', name: signInWords.use_passkey_instead });
      await says(page, refusals.passkeyRefused);
    });
  });
});
