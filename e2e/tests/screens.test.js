//! Owns the screens for what can go wrong between people and the portal: each says what happened, and none loses the message.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from '../drivers/chromium.js';
import { OTHER_RECIPIENT, small } from '../fixtures/messages.js';
import { assertClean } from '../journeys/clean.js';
import { askForCode, checkReading, opened, signIn, typeCode } from '../journeys/reading.js';
import * as ways from '../journeys/ways.js';
import { titles, words } from '../journeys/words.js';
import { System } from '../system/system.js';

const TEST = { timeout: 90_000 };
const TRIES = 5;

describe('screens', () => {
  let system;
  let browser;
  before(async () => {
    system = await System.start({ postfix: false });
    browser = await launch();
  }, { timeout: 60_000 });
  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  async function message() {
    const fixture = await small();
    const sent = await system.send(fixture);
    return { fixture, id: sent.id, saved: sent.page, origin: system.origin };
  }

  /** A page of its own for a test; whatever it showed, the browser had nothing to complain about. */
  async function withPage(test, options = {}) {
    const page = await browser.newPage(options);
    try {
      await test(page);
      assertClean(page.log, system.origin, { refusals: true });
    } finally {
      await page.closeContext();
    }
  }

  const heading = (name) => ({ role: 'heading', name });
  const notice = (name) => ({ role: 'alert', name });
  /** A code that is not the mailed one. */
  const wrong = (code) => String((Number(code) + 1) % 100_000_000).padStart(8, '0');

  test('a revoked message', TEST, async () => {
    const sent = await message();
    await system.sealer.manage('revoke', sent.id);
    await withPage(async (page) => {
      await ways.link(page, sent);
      await signIn(system, page, sent.fixture.to);
      await page.waitFor(heading(titles.revoked));
      await system.sealer.manage('restore', sent.id);
      await page.click({ role: 'button', name: words.try_again }).catch(async () => {
        await ways.link(page, sent);
        await page.click({ role: 'button', name: words.open_message });
      });
      await opened(page, sent.fixture);
    });
  });

  test('a message revoked for one recipient still opens for another', TEST, async () => {
    const sent = await message();
    await system.sealer.manage('revoke', sent.id, ['--recipient', sent.fixture.to]);
    await withPage(async (page) => {
      await ways.link(page, sent);
      await signIn(system, page, sent.fixture.to);
      await page.waitFor(heading(titles.revoked));
    });
    await withPage(async (page) => {
      await ways.link(page, sent);
      await signIn(system, page, OTHER_RECIPIENT);
      await opened(page, sent.fixture);
    });
  });

  test('an expired message', TEST, async () => {
    const sent = await message();
    await system.portal.expire(sent.id);
    await withPage(async (page) => {
      await ways.link(page, sent);
      await signIn(system, page, sent.fixture.to);
      await page.waitFor(heading(titles.expired));
    });
  });

  test('a stranger gets the same screen as a recipient, but no mail, and no code opens the message', TEST, async () => {
    const sent = await message();
    await withPage(async (page) => {
      await ways.link(page, sent);
      const mark = await system.catcher.mark();
      await askForCode(page, 'stranger@example.com');
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      assert.equal(await system.catcher.mark(), mark, 'no mail goes to a stranger');
      await typeCode(page, '12345678');
      await page.waitFor(notice(titles.wrongCode));
    });
  });

  test('a session with the address of another message does not open this one: a passcode is asked for, and none is mailed', TEST, async () => {
    const first = await message();
    const only = await small();
    const elsewhere = await system.send(only, ['--to', only.to]);
    await withPage(async (page) => {
      await ways.link(page, first);
      await signIn(system, page, OTHER_RECIPIENT);
      await opened(page, first.fixture);
      await ways.link(page, { saved: elsewhere.page });
      const mark = await system.catcher.mark();
      await askForCode(page, OTHER_RECIPIENT);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      assert.equal(await system.catcher.mark(), mark, 'no code is mailed to an address that the message was not sent to');
      assert.ok(!(await page.evaluate(() => document.body.innerText)).includes(only.subject));
    });
  });

  test('not a recipient: taken off the message between code and release', TEST, async () => {
    const sent = await message();
    await withPage(async (page) => {
      await ways.link(page, sent);
      const mark = await system.catcher.mark();
      await askForCode(page, sent.fixture.to);
      const { code } = await system.code(sent.fixture.to, mark);
      await system.portal.removeRecipients(sent.id);
      await typeCode(page, code);
      await page.waitFor(heading(titles.notARecipient));
    });
  });

  test('a wrong code, then the right one', TEST, async () => {
    const sent = await message();
    await withPage(async (page) => {
      await ways.link(page, sent);
      const mark = await system.catcher.mark();
      await askForCode(page, sent.fixture.to);
      const { code } = await system.code(sent.fixture.to, mark);
      await typeCode(page, wrong(code));
      await page.waitFor(notice(/4 tries left/));
      await typeCode(page, code);
      await checkReading(page, sent.fixture);
    });
  });

  test('too many tries: the right code is dead after five wrong ones', TEST, async () => {
    const sent = await message();
    await withPage(async (page) => {
      await ways.link(page, sent);
      const mark = await system.catcher.mark();
      await askForCode(page, sent.fixture.to);
      const { code } = await system.code(sent.fixture.to, mark);
      for (let left = TRIES - 1; left >= 1; left -= 1) {
        await typeCode(page, wrong(code));
        await page.waitFor(notice(new RegExp(`${left} (try|tries) left`)));
      }
      await typeCode(page, wrong(code));
      await page.waitUntil((text) => document.body.innerText.includes(text), [titles.usedUp]);
      const field = await page.evaluate(() => Boolean(document.querySelector('#code')));
      if (field) {
        await typeCode(page, code);
        await page.waitUntil((texts) => texts.some((text) => document.body.innerText.includes(text)), [[titles.usedUp, titles.deadCode]]);
      }
      assert.ok(!(await page.evaluate(() => document.body.innerText)).includes(sent.fixture.subject));
    });
  });

  test("another tab's code is refused", TEST, async () => {
    const sent = await message();
    await withPage(async (page) => {
      await ways.link(page, sent);
      const mark = await system.catcher.mark();
      await askForCode(page, sent.fixture.to);
      const first = await system.code(sent.fixture.to, mark);
      await withPage(async (other) => {
        await ways.link(other, sent);
        const later = await system.catcher.mark();
        await askForCode(other, sent.fixture.to);
        const second = await system.code(sent.fixture.to, later);
        assert.notEqual(first.subject, second.subject, 'the reference codes differ');
        await typeCode(other, first.code);
        await other.waitFor(notice(titles.wrongCode));
        await typeCode(other, second.code);
        await opened(other, sent.fixture);
      });
      await typeCode(page, first.code);
      await opened(page, sent.fixture);
    });
  });

  test('a new code in place: the button waits, and says how long', TEST, async () => {
    const sent = await message();
    await withPage(async (page) => {
      await ways.link(page, sent);
      await askForCode(page, sent.fixture.to);
      await page.waitFor({ role: 'button', name: /Send a new passcode \(in \d:\d\d\)/ });
      await page.waitUntil(() => document.querySelector('#resend').disabled);
    });
  });

  test('the portal out of reach: said so, and the message opens once it is back', TEST, async () => {
    const sent = await message();
    await withPage(async (page) => {
      await ways.link(page, sent);
      await system.tap.close();
      try {
        await page.click({ role: 'button', name: words.open_message });
        await page.waitUntil((text) => document.body.innerText.includes(text), [titles.unreachable], { timeout: 60_000 });
      } finally {
        await system.tap.reopen();
      }
      const again = await page.evaluate((name) => [...document.querySelectorAll('button')].some((button) => button.innerText === name), words.try_again);
      const mark = await system.catcher.mark();
      await page.click({ role: 'button', name: again ? words.try_again : words.open_message });
      await page.waitFor(heading(words.passcode_title));
      await typeCode(page, (await system.code(sent.fixture.to, mark)).code);
      await checkReading(page, sent.fixture);
    });
  });

  test('a restart of the portal between code and reading loses nothing', TEST, async () => {
    const sent = await message();
    await withPage(async (page) => {
      await ways.link(page, sent);
      const mark = await system.catcher.mark();
      await askForCode(page, sent.fixture.to);
      const { code } = await system.code(sent.fixture.to, mark);
      await system.portal.stop('SIGKILL');
      await system.portal.serve();
      system.tap.forwardTo(system.portal.address);
      await typeCode(page, code);
      await checkReading(page, sent.fixture);
    });
  });

  test('without JavaScript: a page that says so and what to do', TEST, async () => {
    const page = await browser.newPage({ noScript: true });
    await page.open(`${system.origin}/`);
    await page.waitFor(heading('JavaScript is switched off'));
    assert.match(await page.text('main'), /Allow JavaScript for this site/);
    await page.closeContext();
  });

  test('without WebAssembly: a page that says so and what to do', TEST, async () => {
    await withPage(async (page) => {
      await page.open(`${system.origin}/`);
      await page.waitFor(heading('This browser cannot open sealed messages'));
      assert.match(await page.text('main'), /current version of Firefox, Chrome, Edge or Safari/);
    }, { init: () => { delete globalThis.WebAssembly; } });
  });

  test('/receive without a page that opened it shows the file way', TEST, async () => {
    const sent = await message();
    await withPage(async (page) => {
      await page.open(`${system.origin}/receive`);
      await page.waitFor('input[type=file]');
      await page.waitUntil((text) => document.body.innerText.includes(text), [words.choose_file], { timeout: 20_000 });
      await page.chooseFile('input[type=file]', sent.saved);
      await page.waitFor(heading(words.arrived_title));
    });
  });

  test('the privacy statement', TEST, async () => {
    await withPage(async (page) => {
      await page.open(`${system.origin}/privacy`);
      await page.waitFor({ role: 'heading', name: /privacy/i });
      assert.match(await page.text('main'), /Lindenhof Clinic/);
    });
  });
});
