//! Owns what a session and a tab keep, and what they wipe: reload, opening, a second message, sign out.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines } from '../drivers/all.js';
import { small } from '../fixtures/messages.js';
import { bodyText, checkReading, opened, signIn } from '../journeys/reading.js';
import * as ways from '../journeys/ways.js';
import { words } from '../journeys/words.js';
import { System } from '../system/system.js';

/** Everything this origin keeps in this tab and browser, as text. Runs in the page. */
async function kept() {
  const records = [];
  for (const { name, version } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name, version);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (const store of database.objectStoreNames) {
      const count = await new Promise((resolve) => {
        const request = database.transaction(store).objectStore(store).count();
        request.onsuccess = () => resolve(request.result);
      });
      if (count > 0) records.push(`${name}/${store}: ${count}`);
    }
    database.close();
  }
  return { records, session: { ...sessionStorage }, local: { ...localStorage }, caches: globalThis.caches ? await caches.keys() : [], cookies: document.cookie };
}

for (const [engine, launch] of Object.entries(engines)) {
  describe(`a tab in ${engine}`, () => {
    let system;
    let browser;
    let first;
    let second;
    before(async () => {
      system = await System.start({ postfix: false });
      browser = await launch();
      for (const _ of [0, 1]) {
        const fixture = await small();
        const message = { fixture, saved: (await system.send(fixture)).page, origin: system.origin };
        if (first) second = message;
        else first = message;
      }
    }, { timeout: 90_000 });
    after(async () => {
      await browser?.close();
      await system?.stop();
    });

    test('keeps the envelope over a reload, wipes it on opening, opens a second message without a code, and wipes all at sign out', { timeout: 120_000 }, async () => {
      const page = await browser.newPage();
      await ways.link(page, first);
      const before = await page.evaluate(kept);
      assert.equal(before.records.length, 1, 'the stream is in IndexedDB');
      assert.ok(JSON.stringify(before.session).length > 50, 'the header is in sessionStorage');
      assert.deepEqual(before.local, {});

      await page.reload();
      await page.waitFor({ role: 'heading', name: words.arrived_title });
      await signIn(system, page, first.fixture.to);
      await checkReading(page, first.fixture);
      const reading = await page.evaluate(kept);
      assert.deepEqual(reading.records, [], 'opening wipes the stream');
      for (const secret of [first.fixture.subject, first.fixture.bodyMark]) {
        assert.ok(!JSON.stringify(reading).includes(secret), 'nothing decrypted is stored');
      }
      assert.ok(!/"secret"|SEALPOST/.test(JSON.stringify(reading)), 'opening wipes the header');

      // Leaving the page drops what is decrypted: coming back shows nothing of it.
      await page.open(`${system.origin}/privacy`);
      await page.back();
      await page.waitUntil(() => location.pathname === '/' && document.querySelector('main h1') !== null);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const closed = await page.evaluate(() => document.documentElement.outerHTML);
      assert.ok(!closed.includes(first.fixture.subject) && !closed.includes(first.fixture.bodyMark), 'coming back shows nothing');

      // Another message in the same browser: the session is still there.
      const mails = await system.catcher.mark();
      await ways.link(page, second);
      await page.click({ role: 'button', name: words.open_message });
      await opened(page, second.fixture);
      await bodyText(page, second.fixture.bodyMark);
      assert.equal(await system.catcher.mark(), mails, 'no code was mailed');

      await page.click({ role: 'button', name: words.sign_out });
      await page.waitFor({ role: 'heading', name: words.signed_out_title });
      const after = await page.evaluate(kept);
      assert.deepEqual(after, { records: [], session: {}, local: {}, caches: [], cookies: '' });
      const answer = await page.evaluate(() => fetch('/api/v1/session').then((response) => response.json()));
      assert.equal(answer.signed_in, false, 'the session is refused');

      await page.open(`${system.origin}/privacy`);
      await page.back();
      await page.waitUntil(() => location.pathname === '/' && document.querySelector('main h1') !== null);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const shown = await page.evaluate(() => document.documentElement.outerHTML);
      assert.equal(await page.evaluate(() => document.querySelectorAll('iframe').length), 0);
      for (const { fixture } of [first, second]) {
        assert.ok(!shown.includes(fixture.subject) && !shown.includes(fixture.bodyMark), 'the back button shows nothing');
      }
      await page.closeContext();
    });
  });
}
