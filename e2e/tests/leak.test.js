//! Owns the proof that nothing leaks: every byte that reached the portal over whole journeys (the sealer's registration included), its
//! database files and its logs are searched for everything it must not see, in every form; and the same search
//! finds each form of each needle when it is planted in a request.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import https from 'node:https';
import { after, before, describe, test } from 'node:test';
import { launch } from '../drivers/chromium.js';
import { OTHER_RECIPIENT, RECIPIENT, SENDER, large, small } from '../fixtures/messages.js';
import { assertClean } from '../journeys/clean.js';
import { checkReading, signIn } from '../journeys/reading.js';
import { words } from '../journeys/words.js';
import * as ways from '../journeys/ways.js';
import { formsOf } from '../leak/forms.js';
import { cryptographicNeedles, envelopeOfPage } from '../leak/needles.js';
import { search } from '../leak/search.js';
import { System } from '../system/system.js';

describe('nothing leaks', () => {
  let system;
  let browser;
  /** @type {Record<string, Buffer>} */
  const needles = {};
  /** @type {Buffer[]} release keys: the sealer registers them, so only the browser must not send them */
  const releaseKeys = [];
  /** How many connections the sealer had made when the browser came in. */
  let fromSealer;
  before(async () => {
    system = await System.start();
    browser = await launch();
    const sent = [];
    for (const make of [small, large]) {
      const fixture = await make();
      const mail = await system.send(fixture);
      const saved = await readFile(mail.releaseKey);
      const label = fixture.raw.length > 100_000 ? 'large' : 'small';
      const add = (name, bytes) => (needles[`${label}: ${name}`] = bytes);
      add('subject', Buffer.from(fixture.subject));
      add('text', Buffer.from(fixture.bodyMark));
      for (const { name, bytes } of fixture.attachments) {
        add(`name ${name}`, Buffer.from(name));
        add(`content of ${name}`, bytes.subarray(0, 24));
      }
      const envelope = envelopeOfPage(await readFile(mail.page, 'latin1'));
      for (const [name, bytes] of Object.entries(cryptographicNeedles(envelope, saved))) add(name, bytes);
      releaseKeys.push(saved.subarray(0, 32));
      sent.push({ fixture, saved: mail.page });
    }
    fromSealer = system.tap.recorded().length;
    for (const [{ fixture, saved }, way] of [[sent[0], 'link'], [sent[1], 'handOver'], [sent[0], 'choose'], [sent[0], 'paste']]) {
      const page = await browser.newPage();
      const app = await ways[way](page, { saved, origin: system.origin });
      await signIn(system, app, fixture.to);
      await checkReading(app, fixture);
      await app.click({ role: 'button', name: words.sign_out });
      await app.waitFor({ role: 'heading', name: words.signed_out_title });
      assertClean(page.log, system.origin);
      await page.closeContext();
    }
  }, { timeout: 300_000 });
  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  const requests = () => system.tap.recorded().map((bytes, index) => ({ name: `connection ${index}`, bytes }));
  const stored = async () => [
    ...(await system.portal.databaseFiles()),
    { name: 'log', bytes: Buffer.from(system.portal.log()) },
  ];

  test('the record is whole: it holds the registrations and every kind of call a recipient makes', () => {
    assert.ok(fromSealer > 0, 'registrations');
    const all = Buffer.concat(system.tap.recorded()).toString('latin1');
    for (const line of [/POST \/api\/v1\/messages\/register /, /POST \/api\/v1\/sign-in\/challenge /, /POST \/api\/v1\/sign-in\/verify /,
      /POST \/api\/v1\/release /, /POST \/api\/v1\/sign-out /, /GET \/ /, /GET \/sealpost-web_bg\.wasm /]) {
      assert.match(all, line);
    }
    assert.ok(all.includes(RECIPIENT), 'the address that a person types is in the record: it is readable');
  });

  test('no byte that reached the portal, no database file and no log line holds what it must not', async () => {
    const haystacks = [...requests(), ...(await stored())];
    assert.ok(haystacks.some(({ name, bytes }) => name === 'sealpost.db' && bytes.length > 0), 'the database file is searched');
    assert.ok(haystacks.some(({ name, bytes }) => name === 'log' && bytes.length > 500), 'the log is searched');
    assert.deepEqual(search(haystacks, needles), []);
  });

  test('the release key reaches the portal from the sealer only, and lies nowhere in clear', async () => {
    const keys = Object.fromEntries(releaseKeys.map((key, index) => [`release key ${index}`, key]));
    const found = search(requests().slice(0, fromSealer), keys);
    assert.equal(new Set(found.map(({ needle }) => needle)).size, releaseKeys.length, 'each key is registered, so the search can see it');
    assert.deepEqual(search(requests().slice(fromSealer), keys), []);
    assert.deepEqual(search(await stored(), keys), []);
  });

  test('addresses stand in no database file and no log line', async () => {
    const addresses = Object.fromEntries([RECIPIENT, OTHER_RECIPIENT].map((address) => [address, Buffer.from(address)]));
    assert.deepEqual(search(await stored(), addresses), []);
    const sender = { [SENDER.address]: Buffer.from(SENDER.address) };
    assert.deepEqual(search([{ name: 'log', bytes: Buffer.from(system.portal.log()) }], sender), []);
  });

  test('control: each form of each needle is found once it is planted in a request', { timeout: 120_000 }, async () => {
    system.tap.forget();
    const agent = new https.Agent({ keepAlive: true, ca: await readFile(system.certificate.ca), maxSockets: 4 });
    const plants = Object.entries(needles).flatMap(([needle, bytes]) =>
      Object.entries(formsOf(bytes)).map(([form, pattern]) => ({ needle, form, pattern })));
    await Promise.all(plants.map(({ pattern }) => post(agent, `${system.origin}/api/v1/sign-in/challenge`, pattern)));
    agent.destroy();
    const finds = new Set(search(requests(), needles).map(({ needle, form }) => `${needle} as ${form}`));
    const missed = plants.map(({ needle, form }) => `${needle} as ${form}`).filter((plant) => !finds.has(plant));
    assert.deepEqual(missed, []);
    assert.ok(plants.length > 300, `${plants.length} plants`);
  });
});

/** Any answer will do: what counts is that the bytes went to the portal. */
function post(agent, url, body) {
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': body.length } },
      (answer) => answer.resume().on('end', resolve));
    request.on('error', reject);
    request.end(body);
  });
}
