//! Owns the person's own page: what it shows, what it removes, that signing out everywhere ends the other browsers, and that it is
//! reached without a message.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from '../drivers/chromium.js';
import { assertClean } from '../journeys/clean.js';
import { opened } from '../journeys/reading.js';
import * as ways from '../journeys/ways.js';
import { words } from '../journeys/words.js';
import { AccountSystem } from '../system/openid/account_system.js';
import * as accounts from '../system/openid/accounts.js';
import { rowCounts } from '../system/openid/database.js';
import { chooseAccount, goToProvider, signInWith } from '../system/openid/journey.js';
import { meWords } from '../system/openid/words.js';

const TEST = { timeout: 90_000 };
const NURSE = accounts.hospital['h-verified'].email;

describe('the own page', () => {
  let system;
  let browser;
  before(async () => {
    system = await AccountSystem.start({ providers: ['hospital'] });
    browser = await launch();
  }, { timeout: 90_000 });
  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  const heading = (name) => ({ role: 'heading', name });
  const says = (page, text) => page.waitUntil((each) => document.body.innerText.includes(each), [text]);

  async function withPage(test, options = {}) {
    const page = await browser.newPage(options);
    try {
      await test(page);
      const { front } = system.providers.hospital;
      assertClean({ ...page.log, requests: page.log.requests.filter(({ url }) => !url.startsWith(`${front.origin}/`)) }, system.origin, { refusals: true });
    } finally {
      await page.closeContext();
    }
  }

  async function withAccount(page, message) {
    await ways.link(page, message);
    await signInWith(page, { address: NURSE, label: 'Hospital', id: 'hospital', account: 'h-verified' });
    await opened(page, message.fixture);
  }

  test('nobody signed in: said so, with a way to sign in without a message', TEST, async () => {
    await withPage(async (page) => {
      await page.open(`${system.origin}/me`);
      await page.waitFor(heading(meWords.signed_out_title));
      await page.fill({ role: 'textbox', name: meWords.account_label }, NURSE);
      await page.click('#find-account');
      await goToProvider(page, 'Hospital', 'hospital');
      await chooseAccount(page, 'h-verified');
      await page.waitUntil(() => location.pathname === '/me');
      await page.waitFor(heading(meWords.session_title));
      await says(page, 'Account: Hospital');
    });
  });

  test('is one click away from an arrived message, on a phone too', TEST, async () => {
    const message = await system.message(NURSE);
    await withPage(async (page) => {
      await ways.link(page, message);
      await page.waitFor({ role: 'link', name: new RegExp(`^${meWords.link}`) });
    }, { width: 375, height: 812, phone: true });
  });

  test('sign out everywhere ends the other browser', TEST, async () => {
    const message = await system.message(NURSE);
    await withPage(async (here) => {
      await withAccount(here, message);
      await withPage(async (there) => {
        await withAccount(there, message);
        await here.open(`${system.origin}/me`);
        await here.waitFor(heading(meWords.session_title));
        await here.click('#sign-out-everywhere');
        await here.waitFor(heading(meWords.ended_title));
        const signedIn = await there.evaluate(() => fetch('/api/v1/session').then((answer) => answer.json()));
        assert.equal(signedIn.signed_in, false);
        assert.equal(signedIn.account, null);
        await there.open(`${system.origin}/me`);
        await there.waitFor(heading(meWords.signed_out_title));
      });
    });
  });

  test('erases all, after a question, and the database has nothing of the person any more', TEST, async () => {
    const before = await rowCounts(system.scratch);
    const message = await system.message('readers@praxis.example');
    await withPage(async (page) => {
      await page.open(`${system.origin}/me`);
      await page.fill({ role: 'textbox', name: meWords.account_label }, NURSE);
      await page.click('#find-account');
      await goToProvider(page, 'Hospital', 'hospital');
      await chooseAccount(page, 'h-verified');
      await page.waitFor(heading(meWords.session_title));
      await ways.link(page, message);
      const mark = await system.catcher.mark();
      await page.click({ role: 'button', name: words.open_message });
      await page.click('#complete');
      await page.waitFor(heading(words.passcode_title));
      await page.click('input[type=checkbox]');
      await page.fill({ role: 'textbox', name: words.passcode_label }, (await system.code('readers@praxis.example', mark)).code);
      await opened(page, message.fixture);
      assert.ok((await rowCounts(system.scratch)).proof > (before.proof ?? 0), 'it is remembered');

      await page.open(`${system.origin}/me`);
      await page.waitFor(heading(meWords.session_title));
      await page.click('#erase');
      await says(page, meWords.erase_sure);
      await page.click('#erase-no');
      assert.ok((await rowCounts(system.scratch)).proof > (before.proof ?? 0), 'nothing happens before the answer');
      await page.click('#erase');
      await page.click('#erase-yes');
      await page.waitFor(heading(meWords.erased_title));
      const after = await rowCounts(system.scratch);
      assert.equal(after.proof, 0);
      for (const [table, rows] of Object.entries(after)) {
        if (/proof|passkey/.test(table)) assert.equal(rows, 0, table);
      }
      const session = await page.evaluate(() => fetch('/api/v1/session').then((answer) => answer.json()));
      assert.equal(session.signed_in || session.account !== null, false);
    });
  });

  test('a mailbox proved by a code alone has a page too', TEST, async () => {
    const message = await system.message('alone@praxis.example');
    await withPage(async (page) => {
      await ways.link(page, message);
      await page.click({ role: 'button', name: words.open_message });
      await page.waitFor('#way-passcode');
      const mark = await system.catcher.mark();
      await page.click('#way-passcode');
      await page.fill({ role: 'textbox', name: words.passcode_label }, (await system.code('alone@praxis.example', mark)).code);
      await opened(page, message.fixture);
      await page.open(`${system.origin}/me`);
      await says(page, meWords.session_none);
      await says(page, meWords.proofs_none);
    });
  });
});
