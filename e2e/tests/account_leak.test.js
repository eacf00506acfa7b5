//! Owns the proof that signing in leaves nothing behind: after every kind of sign-in, good and refused, the portal's database files and
//! logs hold no token, code, secret, passcode, cookie or plain address, and its mails nothing but what they are for.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { formsOf } from '../leak/forms.js';
import { search } from '../leak/search.js';
import { OPERATOR } from '../system/portal.js';
import { AccountSystem } from '../system/openid/account_system.js';
import { Authenticator } from '../system/openid/authenticator.js';
import * as accounts from '../system/openid/accounts.js';

const TEAM = 'team.of.readers@praxis.example';
const NURSE = 'nurse.of.ward@clinic.example';
/** A token's signature alone would do: each part of a token is a needle of its own. */
const MIN_PART = 16;

describe('signing in leaves nothing behind', () => {
  let system;
  /** @type {Record<string, Buffer>} */
  const needles = {};
  /** @type {{raw: string, code: string, subject: string}[]} */
  const passcodeMails = [];
  let visitors = 0;

  before(async () => {
    system = await AccountSystem.start({
      providers: ['google', 'microsoft', 'hospital', 'clinic'],
      rules: '[sign_in]\nnotify_new_browser = true\n',
    });
    await everyJourney();
    collect();
  }, { timeout: 120_000 });
  after(() => system?.stop());

  async function everyJourney() {
    for (const [id, account] of [['google', 'g-gmail'], ['microsoft', 'm-work'], ['hospital', 'h-verified']]) {
      const visitor = await signIn(id, account);
      const { status } = await visitor.release(await system.possession(accounts[id][account].email));
      assert.equal(status, 200);
      keep(visitor);
    }
    // No proof; a code completes it, and is remembered; then everything is looked at and erased.
    const toTeam = await system.possession(TEAM);
    const linking = await signIn('microsoft', 'm-noauth');
    await prove(linking, toTeam, TEAM, true);
    assert.equal((await linking.release(toTeam)).status, 200);
    keep(linking);
    const back = await signIn('microsoft', 'm-noauth');
    assert.equal((await back.release(toTeam)).status, 200, 'remembered');
    assert.equal((await back.me()).json.proofs.length, 1);
    keep(back);
    // A passkey, made and used.
    const authenticator = new Authenticator();
    const maker = system.visitor();
    await prove(maker, toTeam, TEAM);
    const { json: options } = await maker.post('/api/v1/passkeys/make/start', {});
    assert.equal((await maker.post('/api/v1/passkeys/make/finish', authenticator.make(options, system.origin))).status, 200);
    const user = system.visitor();
    const { json: using } = await user.post('/api/v1/passkeys/use/start', {});
    const used = authenticator.use(using, system.origin);
    assert.equal((await user.post('/api/v1/passkeys/use/finish', used)).status, 200);
    add('a passkey challenge', using.challenge);
    add('a passkey signature', used.signature);
    keep(maker);
    keep(user);
    // Refusals are where logs talk.
    for (const forgery of [{ claims: { aud: 'x' } }, { signature: 'none' }, { signature: 'other key' }, { claims: { email: `${NURSE},x@y.example` } }, { callback: { code: 'made-up-code-of-a-stranger' } }, {}]) {
      const visitor = system.visitor();
      const url = await visitor.start('clinic', NURSE);
      remember(url);
      await visitor.callback(system.providers.clinic.authorize(url, { sub: 'subject-of-the-nurse', email: NURSE, email_verified: true }, forgery).href);
      keep(visitor);
    }
    await linking.post('/api/v1/me/erase', {});
    await user.post('/api/v1/sign-out/everywhere', {});
    await system.catcher.waitFor({ to: TEAM, timeout: 15_000 });
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // notices on their way
  }

  async function signIn(id, account) {
    const visitor = system.visitor();
    const url = await visitor.start(id, accounts[id][account].email);
    remember(url);
    await visitor.callback(await system.providers[id].authorize(url, account, system.agent));
    assert.ok((await visitor.session()).account, `${account} is signed in`);
    return visitor;
  }

  async function prove(visitor, possession, address, keepIt = false) {
    const mark = await system.catcher.mark();
    await visitor.challenge(possession, address);
    // A notice of a new browser may come in between.
    const { id, subject } = await system.catcher.waitFor({ to: address, subject: /^Your code/, after: mark });
    const raw = (await system.catcher.raw(id)).toString('utf8');
    const code = raw.match(/\b(\d{4}) ?(\d{4})\b/).slice(1).join('');
    passcodeMails.push({ raw, code, subject });
    assert.equal((await visitor.verify(possession, address, code, keepIt)).status, 200);
  }

  function add(name, text) {
    needles[name] = Buffer.from(text);
  }

  /** What the portal made for one sign-in. */
  function remember(url) {
    visitors += 1;
    for (const name of ['state', 'nonce', 'code_challenge']) add(`${name} ${visitors}`, new URL(url).searchParams.get(name));
  }

  function keep(visitor) {
    visitors += 1;
    for (const [name, { value }] of visitor.cookies) if (value.length >= MIN_PART) add(`cookie ${name} ${visitors}`, value);
  }

  function collect() {
    for (const [id, { client, secrets }] of Object.entries(system.providers)) {
      add(`client secret at ${id}`, client.secret);
      assert.ok(secrets.length >= 3, `${id} gave out secrets`);
      for (const [index, secret] of secrets.entries()) {
        for (const part of secret.split('.')) if (part.length >= MIN_PART) add(`${id} ${index}: ${part.slice(0, 6)}`, part);
      }
    }
    for (const [index, { code }] of passcodeMails.entries()) add(`passcode ${index}`, code);
    for (const address of [TEAM, NURSE, ...Object.values(accounts).filter((people) => typeof people === 'object')
      .flatMap((people) => Object.values(people).map(({ email }) => email))]) add(address, address);
    add('a subject', 'subject-of-the-nurse');
    add('the code of a stranger', 'made-up-code-of-a-stranger');
  }

  const stored = async () => [
    ...(await system.portal.databaseFiles()),
    { name: 'log', bytes: Buffer.from(system.portal.log()) },
  ];

  test('no database file and no log line holds a token, code, secret, passcode, cookie, subject or address', async () => {
    const haystacks = await stored();
    assert.ok(haystacks.some(({ name, bytes }) => name === 'sealpost.db' && bytes.length > 0));
    const log = system.portal.log();
    assert.ok(log.includes('/api/v1/sign-in/account/callback'), 'the log speaks of callbacks');
    assert.deepEqual(search(haystacks, needles), []);
  });

  test('nor does it once the portal was stopped', { timeout: 60_000 }, async () => {
    await system.portal.stop();
    try {
      assert.deepEqual(search(await stored(), needles), []);
    } finally {
      await system.portal.serve();
      system.tap.forwardTo(system.portal.address);
    }
  });

  test('control: each needle is found in each form once it is planted in a log or a database file', async () => {
    const haystacks = await stored();
    assert.notDeepEqual(search(haystacks.filter(({ name }) => name.startsWith('sealpost.db')), { token: Buffer.from('Patient Office') }), [], 'what is stored in clear is found');
    assert.notDeepEqual(search(haystacks.filter(({ name }) => name === 'log'), { path: Buffer.from('/api/v1/sign-in/account/callback') }), [], 'what is logged is found');
    assert.ok(Object.keys(needles).length > 60, `${Object.keys(needles).length} needles`);
    const missed = [];
    for (const [needle, bytes] of Object.entries(needles)) {
      for (const [form, pattern] of Object.entries(formsOf(bytes))) {
        const planted = { name: 'planted', bytes: Buffer.concat([randomBytes(64), pattern, randomBytes(64)]) };
        if (!search([planted], { [needle]: bytes }).some((find) => find.form === form)) missed.push(`${needle} as ${form}`);
      }
    }
    assert.deepEqual(missed, []);
  });

  test('passcode mails differ in code, reference, address and moment, and in nothing else', async () => {
    assert.equal(passcodeMails.length, 2);
    const masked = passcodeMails.map(({ raw, code, subject }) => mask(raw, code, subject.match(/[A-Z0-9]{3}-[A-Z0-9]{3}/)[0]));
    assert.equal(masked[1], masked[0]);
  });

  test('every mail is to one recipient, from the portal, with known headers, and holds no link and nothing of an account', async () => {
    const mails = await system.catcher.messages();
    assert.ok(mails.length > passcodeMails.length, 'notices of new browsers were sent too');
    const allowed = new Set(['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type', 'content-transfer-encoding',
      'auto-submitted', 'x-auto-response-suppress', 'reply-to']);
    const secrets = Object.fromEntries(Object.entries(needles).filter(([name]) => !name.includes('@') && !name.startsWith('passcode')));
    for (const { id, to } of mails) {
      const bytes = await system.catcher.raw(id);
      assert.equal(to.length, 1);
      const raw = decoded(bytes.toString('utf8'));
      const head = bytes.toString('utf8').split(/\r?\n\r?\n/, 1)[0].replace(/\r?\n[ \t]+/g, ' ');
      const names = head.split(/\r?\n/).map((line) => line.split(':')[0].toLowerCase()).filter((name) => !['received', 'return-path', 'delivered-to'].includes(name));
      assert.deepEqual(names.filter((name) => !allowed.has(name)), [], 'headers');
      assert.match(head, new RegExp(`^From: .*no-reply@lindenhof\\.example`, 'm'));
      assert.ok(raw.includes(OPERATOR));
      assert.doesNotMatch(raw, /https?:|<a\b|<img|<script|href=/i, 'typed, and never a link');
      const foreign = [...raw.matchAll(/[\w.+-]+@[\w.-]+\w/g)].map(([address]) => address)
        .filter((address) => address !== to[0] && !address.endsWith('@lindenhof.example'));
      assert.deepEqual(foreign, [], 'addresses of others');
      assert.doesNotMatch(raw.replaceAll(to[0], ''), /google|microsoft|hospital|subject-of/i, 'who one is elsewhere');
      assert.deepEqual(search([{ name: `mail ${id}`, bytes: Buffer.concat([bytes, Buffer.from(raw)]) }], secrets), []);
    }
  });

  test('control: the same reading of mails finds a link, an address and a token that do not belong there', async () => {
    const raw = decoded('Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nhttps=\r\n://evil.example from ida@con=\r\ntoso.example at Microsoft\r\n');
    assert.match(raw, /https?:/);
    assert.match(raw, /ida@contoso\.example/);
    assert.match(raw, /microsoft/i);
  });
});

/** Quoted-printable text as a reader sees it. */
function decoded(raw) {
  return raw.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** A mail without what has to differ. */
function mask(raw, code, reference) {
  const boundary = raw.match(/boundary="?([^"\r\n;]+)/)?.[1];
  let text = decoded(raw).replace(/^(Date|Message-ID|To|Received):.*(\r?\n[ \t].*)*/gim, '$1');
  for (const [part, name] of [[boundary, 'BOUNDARY'], [code, 'CODE'], [`${code.slice(0, 4)} ${code.slice(4)}`, 'CODE'], [reference, 'REFERENCE'], [TEAM, 'ADDRESS']]) {
    if (part) text = text.replaceAll(part, name);
  }
  return text;
}
