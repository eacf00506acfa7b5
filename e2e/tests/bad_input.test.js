//! Owns bad input: each kind gives a clear screen, costs little memory, crashes nothing, and leaves the good message openable.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { launch } from '../drivers/chromium.js';
import * as faults from '../fixtures/envelopes.js';
import { large, plainMail, small } from '../fixtures/messages.js';
import { assertClean } from '../journeys/clean.js';
import { checkReading, downloadOf, opened, signIn } from '../journeys/reading.js';
import * as ways from '../journeys/ways.js';
import { titles, words } from '../journeys/words.js';
import { envelopeOfPage } from '../leak/needles.js';
import { rendererMemory } from '../system/memory.js';
import { System } from '../system/system.js';

const MORE_MEMORY = 64 * 1024 * 1024;
const GIGABYTE = 2 ** 30;

/** What stands in the file, and the title of the screen that says so. */
const FILES = {
  'an empty file': { make: () => Buffer.alloc(0), title: titles.notAnEnvelope },
  'random bytes': { make: () => randomBytes(300_000), title: titles.notAnEnvelope },
  'a mail without an envelope': { make: plainMail, title: titles.notAnEnvelope },
  'an envelope that ends too early': { make: faults.truncated, title: titles.cutOff },
  'a header one byte over its limit': { make: faults.headerOverLimit, title: [titles.damaged, titles.tooLarge] },
  'a header that claims four gigabytes': { make: faults.headerClaimsEverything, title: [titles.damaged, titles.tooLarge] },
  'a newer version': { make: faults.newerVersion, title: titles.newer },
  'an envelope for another portal': { make: faults.otherPortal, title: titles.otherPortal },
};

describe('bad input', () => {
  let system;
  let browser;
  let page;
  let good;
  let envelope;
  before(async () => {
    system = await System.start();
    browser = await launch();
    const fixture = await small();
    good = { fixture, saved: (await system.send(fixture)).page };
    envelope = envelopeOfPage(await readFile(good.saved, 'latin1'));
    page = await browser.newPage();
  }, { timeout: 120_000 });
  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  const landing = () => ways.landing(page, system.origin);

  async function saysOneOf(expected) {
    const wanted = [expected].flat();
    const names = new RegExp(`^(${wanted.join('|')})$`);
    await page.waitFor({ role: 'heading', name: names }, { timeout: 60_000 });
  }

  for (const [name, { make, title }] of Object.entries(FILES)) {
    test(`a file with ${name}`, { timeout: 60_000 }, async () => {
      const file = system.scratch.path('bad-input.sealed');
      await writeFile(file, make(envelope));
      await landing();
      const before = await rendererMemory(process.pid);
      await page.chooseFile('input[type=file]', file);
      await saysOneOf(title);
      assert.ok((await rendererMemory(process.pid)) - before < MORE_MEMORY);
      assertClean(page.log, system.origin);
    });
  }

  for (const [name, head] of Object.entries({ 'zeros': () => Buffer.alloc(0), 'the start of an envelope, then zeros': () => envelope.subarray(0, -40) })) {
    test(`a file of 1 GB: ${name}`, { timeout: 120_000 }, async (t) => {
      const file = system.scratch.path('gigabyte.sealed');
      await writeFile(file, head());
      await truncate(file, GIGABYTE);
      await landing();
      const before = await rendererMemory(process.pid);
      let most = 0;
      const watch = setInterval(async () => { most = Math.max(most, (await rendererMemory(process.pid)) - before); }, 50);
      try {
        await page.chooseFile('input[type=file]', file);
        await saysOneOf([titles.notAnEnvelope, titles.tooLarge]);
      } finally {
        clearInterval(watch);
      }
      most = Math.max(most, (await rendererMemory(process.pid)) - before);
      t.diagnostic(`${(most / 2 ** 20).toFixed(1)} MiB more at most`);
      assert.ok(most < MORE_MEMORY, `${most} bytes more`);
      assertClean(page.log, system.origin);
    });
  }

  test('a link cut in the middle by a mail client', { timeout: 60_000 }, async () => {
    await page.open('about:blank');
    await page.open(`${system.origin}/#${faults.cutFragment(envelope)}`);
    await saysOneOf(titles.cutOff);
    assert.equal(await page.evaluate(() => location.hash), '');
    assertClean(page.log, system.origin);
  });

  test('a link with rubbish in it, and pasted rubbish', { timeout: 60_000 }, async () => {
    await page.open('about:blank');
    await page.open(`${system.origin}/#1.%%%not-base64!!`);
    await saysOneOf([titles.notAnEnvelope, titles.damaged, titles.cutOff]);
    await landing();
    await ways.openPaste(page);
    await page.paste({ role: 'textbox', name: words.paste_label }, 'Hello, is this the right place?');
    await page.click({ role: 'button', name: words.paste_open });
    await saysOneOf(titles.notAnEnvelope);
    assertClean(page.log, system.origin);
  });

  test('a message with a damaged first segment shows nothing of itself', { timeout: 60_000 }, async () => {
    const file = system.scratch.path('damaged.sealed');
    await writeFile(file, faults.damaged(envelope, 60));
    await landing();
    await page.chooseFile('input[type=file]', file);
    await page.waitFor({ role: 'heading', name: words.arrived_title });
    await signIn(system, page, good.fixture.to);
    await saysOneOf(titles.damaged);
    const text = await page.evaluate(() => document.body.innerText);
    assert.ok(!text.includes(good.fixture.subject) && !text.includes(good.fixture.bodyMark));
    assertClean(page.log, system.origin);
  });

  test('after all that the good message still opens in the same tab', { timeout: 60_000 }, async () => {
    await ways.choose(page, { saved: good.saved, origin: system.origin });
    await page.click({ role: 'button', name: words.open_message });
    await Promise.race([opened(page, good.fixture), page.waitFor({ role: 'heading', name: words.passcode_title }, { timeout: 60_000 })]);
    await checkReading(page, good.fixture);
  });

  test('a message with a damaged segment in an attachment opens, and that attachment alone is withheld', { timeout: 120_000 }, async () => {
    const fixture = await large();
    const whole = envelopeOfPage(await readFile((await system.send(fixture)).page, 'latin1'));
    const file = system.scratch.path('damaged-large.sealed');
    await writeFile(file, faults.damaged(whole, 5 * 1024 * 1024));
    await landing();
    await page.chooseFile('input[type=file]', file);
    await page.waitFor({ role: 'heading', name: words.arrived_title }, { timeout: 60_000 });
    await page.fill({ role: 'textbox', name: words.address_label }, fixture.to); // the raw envelope carries no hint
    await page.click({ role: 'button', name: words.open_message });
    await opened(page, fixture);
    const [broken, intact] = fixture.attachments;
    await page.click(downloadOf(broken.name));
    await page.waitUntil((text) => document.body.innerText.includes(text), [titles.attachmentDamaged], { timeout: 60_000 });
    await page.download(() => page.click(downloadOf(intact.name)));
  });
});
