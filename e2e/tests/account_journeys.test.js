//! Owns the journeys with an account: from the attachment page over the provider's own page to the message read, as Google, Microsoft
//! (personal, and work or school) and a provider of the operator's own, in three engines; and what a person sees where it fails.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines } from '../drivers/all.js';
import { launch } from '../drivers/chromium.js';
import { assertClean } from '../journeys/clean.js';
import { bodyText, opened, typeCode } from '../journeys/reading.js';
import * as ways from '../journeys/ways.js';
import { words } from '../journeys/words.js';
import { AccountSystem } from '../system/openid/account_system.js';
import * as accounts from '../system/openid/accounts.js';
import { askForWays, chooseAccount, goToProvider, providerButton, signInWith } from '../system/openid/journey.js';
import { meWords, refusals, signInWords } from '../system/openid/words.js';

const TEST = { timeout: 90_000 };
const TEAM = 'readers@praxis.example';
const PHONE = { width: 375, height: 812, phone: true };
/** Whom the app calls what. */
const LABELS = { google: 'Google', microsoft: 'Microsoft', hospital: 'Hospital' };

let system;
before(async () => {
  system = await AccountSystem.start();
}, { timeout: 90_000 });
after(() => system?.stop());

/** Signs in with an account whose claim is proof, and reads. */
async function read(page, message, id, account) {
  await ways.link(page, message);
  await signInWith(page, { address: message.fixture.to, label: LABELS[id], id, account });
  await opened(page, message.fixture);
  await bodyText(page, message.fixture.bodyMark);
}

/** The browser's report, without the provider's own page. */
function assertCleanJourney(page, options) {
  const fronts = Object.values(system.providers).map(({ front }) => front.origin);
  const requests = page.log.requests.filter(({ url }) => !fronts.some((front) => url.startsWith(`${front}/`)));
  assert.ok(requests.length < page.log.requests.length, 'the provider was there');
  assertClean({ ...page.log, requests }, system.origin, options);
}

describe('in chromium', () => {
  let browser;
  before(async () => { browser = await launch(); }, { timeout: 60_000 });
  after(() => browser?.close());

  async function withPage(test, options) {
    const page = await browser.newPage(options);
    try {
      await test(page);
    } finally {
      await page.closeContext();
    }
  }
  const heading = (name) => ({ role: 'heading', name });
  const button = (name) => ({ role: 'button', name });
  const says = (page, text) => page.waitUntil((each) => document.body.innerText.includes(each), [text]);

  for (const [what, id, account, view] of [
    ['Google', 'google', 'g-gmail', {}],
    ['Google, on a phone', 'google', 'g-gmail', PHONE],
    ['Microsoft with a personal account', 'microsoft', 'm-personal', {}],
    ['Microsoft with a work account', 'microsoft', 'm-work', {}],
    ["the operator's own provider", 'hospital', 'h-verified', {}],
  ]) {
    test(`a message opens by ${what}, without a code`, TEST, async () => {
      const message = await system.message(accounts[id][account].email);
      const mails = await system.catcher.mark();
      await withPage(async (page) => {
        await read(page, message, id, account);
        assert.equal(await system.catcher.mark(), mails, 'no code was mailed');
        assert.equal(await page.url(), `${system.origin}/`, 'nothing of the round trip stays in the address bar');
        const stored = await page.evaluate(async () => JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage }));
        assert.doesNotMatch(stored, /"secret"|SEALPOST/, 'opening wipes the kept envelope');
        assertCleanJourney(page);
      }, view);
    });
  }

  test("the address's own way is first and big, the others are one click away", TEST, async () => {
    const message = await system.message(accounts.google['g-gmail'].email);
    await withPage(async (page) => {
      await ways.link(page, message);
      await askForWays(page, message.fixture.to);
      const names = await page.evaluate(() => [...document.querySelectorAll('main button')].filter((each) => each.checkVisibility()).map((each) => each.innerText.trim()));
      assert.match(names[0], /\bContinue with Google$/);
      await page.waitFor(heading(signInWords.ways_other));
      const mark = await system.catcher.mark();
      await page.click(button(new RegExp(`^${signInWords.way_passcode}`)));
      await page.waitFor(heading(words.passcode_title));
      await typeCode(page, (await system.code(message.fixture.to, mark)).code);
      await opened(page, message.fixture);
      assertClean(page.log, system.origin);
    });
  });

  test('one sign-in opens the next message of that identity at once', TEST, async () => {
    const { email } = accounts.hospital['h-verified'];
    const [first, second] = [await system.message(email), await system.message(email)];
    await withPage(async (page) => {
      await read(page, first, 'hospital', 'h-verified');
      await ways.link(page, second);
      await page.click(button(words.open_message));
      await opened(page, second.fixture);
      await bodyText(page, second.fixture.bodyMark);
    });
  });

  test('an account with another address: a code once, remembered where asked, seen and removed on the own page', TEST, async () => {
    const [first, second, third] = [await system.message(TEAM), await system.message(TEAM), await system.message(TEAM)];
    const toProvider = async (page, message) => {
      await ways.link(page, message);
      await askForWays(page, TEAM);
      await goToProvider(page, LABELS.google, 'google');
      await chooseAccount(page, 'g-elsewhere');
    };
    await withPage(async (page) => {
      const mark = await system.catcher.mark();
      await toProvider(page, first);
      await page.waitFor(heading(words.passcode_title));
      const box = 'input[type=checkbox]';
      assert.equal(await page.evaluate((each) => document.querySelector(each).checked, box), false, 'nothing is linked unless asked');
      await page.click(box);
      await typeCode(page, (await system.code(TEAM, mark)).code);
      await opened(page, first.fixture);
      assertCleanJourney(page, { refusals: true });
    });
    await withPage(async (page) => {
      const mark = await system.catcher.mark();
      await toProvider(page, second);
      await opened(page, second.fixture);
      assert.equal(await system.catcher.mark(), mark, 'no code was mailed');

      await page.open(`${system.origin}/me`);
      await page.waitFor(heading(meWords.title));
      await says(page, meWords.by_code);
      assert.ok(!(await page.text('main')).includes('@praxis.example'), 'no address is known to be shown');
      await page.click(button(/^Remove: A mailbox/));
      await says(page, meWords.proofs_none);
      assertCleanJourney(page);
    });
    await withPage(async (page) => {
      await toProvider(page, third);
      await page.waitFor(heading(words.passcode_title));
    });
  });

  test('who goes away at the provider is told so, has lost nothing, and has the other ways', TEST, async () => {
    const message = await system.message(accounts.google['g-gmail'].email);
    await withPage(async (page) => {
      await ways.link(page, message);
      await signInWith(page, { address: message.fixture.to, label: LABELS.google, id: 'google', account: '' });
      await page.waitFor(heading(signInWords.ways_title));
      await says(page, refusals.cancelled);
      await page.click(providerButton(LABELS.google));
      await chooseAccount(page, 'g-gmail');
      await opened(page, message.fixture);
      assertCleanJourney(page);
    });
  });

  test('the back button on the provider\'s page leads back to the message and its ways', TEST, async () => {
    const message = await system.message(accounts.google['g-gmail'].email);
    await withPage(async (page) => {
      await ways.link(page, message);
      await askForWays(page, message.fixture.to);
      await goToProvider(page, LABELS.google, 'google');
      await page.back();
      await says(page, refusals.cancelled);
      await page.waitFor(providerButton(LABELS.google));
      await page.click(providerButton(LABELS.google));
      await chooseAccount(page, 'g-gmail');
      await opened(page, message.fixture);
    });
  });

  test('another account than the one for the address is asked for a code, and none of its own mail opens this', TEST, async () => {
    const message = await system.message(accounts.hospital['h-verified'].email);
    await withPage(async (page) => {
      await ways.link(page, message);
      await signInWith(page, { address: message.fixture.to, label: LABELS.hospital, id: 'hospital', account: 'h-unverified' });
      await page.waitFor(heading(signInWords.complete_title));
      const mark = await system.catcher.mark();
      await page.click(button(signInWords.complete_button));
      await page.waitFor(heading(words.passcode_title));
      await typeCode(page, (await system.code(message.fixture.to, mark)).code);
      await opened(page, message.fixture);
    });
  });

  test('a passcode asked for a moment ago, then an account that needs one: said so, and there is a way on', TEST, async () => {
    const message = await system.message(TEAM);
    await withPage(async (page) => {
      await ways.link(page, message);
      await askForWays(page, TEAM);
      await page.click(button(/Mail me a passcode$/));
      await page.waitFor(heading(words.passcode_title));
      await page.click(button(signInWords.another_way));
      await page.waitFor(heading(signInWords.ways_title));
      await goToProvider(page, LABELS.google, 'google');
      await chooseAccount(page, 'g-elsewhere');
      await page.waitFor(heading(signInWords.complete_title), { timeout: 30_000 });
      await says(page, 'less than a minute ago');
      await page.waitFor(button(signInWords.complete_button));
    });
  });

  test('a provider that does not answer: said so, and a passcode opens the message', TEST, async () => {
    const { front } = system.providers.hospital;
    const message = await system.message(accounts.hospital['h-verified'].email);
    await withPage(async (page) => {
      await ways.link(page, message);
      await askForWays(page, message.fixture.to);
      await goToProvider(page, LABELS.hospital, 'hospital');
      // The person types the password at the provider; the portal cannot reach it to exchange the code.
      const submit = front.handler;
      front.handler = (request, response) => (request.url.startsWith('/token') ? response.destroy() : submit(request, response));
      try {
        await chooseAccount(page, 'h-verified');
        await says(page, refusals.unavailable);
      } finally {
        front.handler = submit;
      }
      const mark = await system.catcher.mark();
      await page.click(button(new RegExp(`^${signInWords.way_passcode}`)));
      await page.waitFor(heading(words.passcode_title));
      await typeCode(page, (await system.code(message.fixture.to, mark)).code);
      await opened(page, message.fixture);
    });
  });

  test('a browser that stores nothing is told so, and offered the passcode', TEST, async () => {
    const message = await system.message(accounts.google['g-gmail'].email);
    await withPage(async (page) => {
      await ways.link(page, message);
      await askForWays(page, message.fixture.to);
      await says(page, signInWords.storage_blocked);
      assert.equal(await page.evaluate(() => [...document.querySelectorAll('button')].find((each) => /Continue with Google$/.test(each.innerText)).disabled), true);
      const mark = await system.catcher.mark();
      await page.click(button(new RegExp(`^${signInWords.way_passcode}`)));
      await page.waitFor(heading(words.passcode_title));
      await typeCode(page, (await system.code(message.fixture.to, mark)).code);
      await opened(page, message.fixture);
    }, { init: () => { IDBFactory.prototype.open = () => { throw new DOMException('blocked', 'SecurityError'); }; } });
  });
});

for (const engine of ['firefox', 'webkit']) {
  test(`in ${engine} a message opens by an account`, { timeout: 120_000 }, async () => {
    const message = await system.message(accounts.microsoft['m-work'].email);
    const browser = await engines[engine]();
    try {
      const page = await browser.newPage();
      await read(page, message, 'microsoft', 'm-work');
      assert.equal(await page.url(), `${system.origin}/`);
      await page.closeContext();
    } finally {
      await browser.close();
    }
  });
}
