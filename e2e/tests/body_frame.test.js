//! Owns the frame that shows a hostile body: no script runs in it and no request leaves; a page without protection shows that
//! the same body would run and would call.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines } from '../drivers/all.js';
import { hostile, hostileHtml } from '../fixtures/messages.js';
import { assertClean } from '../journeys/clean.js';
import { bodyText, opened, signIn } from '../journeys/reading.js';
import * as ways from '../journeys/ways.js';
import { Canary } from '../system/canary.js';
import { System } from '../system/system.js';

/** Long enough for the meta refresh of one second and for slow loads. */
const WAIT = 3_000;
const wait = () => new Promise((resolve) => setTimeout(resolve, WAIT));

describe('a hostile body', () => {
  let system;
  let canary;
  let fixture;
  let saved;
  before(async () => {
    system = await System.start({ postfix: false });
    canary = await Canary.start(system.scratch);
    fixture = await hostile(canary.origin);
    saved = (await system.send(fixture)).page;
  }, { timeout: 60_000 });
  after(() => system?.stop());

  for (const [engine, launch] of Object.entries(engines)) {
    describe(engine, () => {
      let browser;
      before(async () => { browser = await launch(); }, { timeout: 60_000 });
      after(() => browser?.close());

      test('control: without protection its scripts run and its requests leave', { timeout: 60_000 }, async () => {
        canary.pages['/unprotected'] = hostileHtml(canary.origin, 'control').replace(/<meta http-equiv[^>]*>/, '');
        canary.calls.length = 0;
        const page = await browser.newPage();
        await page.open(`${canary.origin}/unprotected`);
        await wait();
        const ran = await page.evaluate(() => window.ran ?? '');
        assert.match(ran, /script/);
        assert.match(ran, /onerror/);
        for (const path of ['/image.png', '/style-attribute', '/link.css', '/iframe', '/script.js']) {
          assert.ok(canary.calls.some((call) => call.startsWith(path)), `${path} is called: ${canary.calls}`);
        }
        await page.closeContext();
      });

      test('in the reading view no script of it runs and no request leaves', { timeout: 90_000 }, async () => {
        canary.calls.length = 0;
        const page = await browser.newPage();
        await ways.link(page, { saved });
        await signIn(system, page, fixture.to);
        await opened(page, fixture);
        await bodyText(page, fixture.bodyMark);
        await wait();
        const inside = await page.evaluateInFrame(() => ({
          ran: window.ran ?? null,
          origin: window.origin,
          forms: document.forms.length,
          // The frame has one script of its own.
          scripts: [...document.querySelectorAll('script')].filter((script) => script.src || script.text.includes('window.ran')).length,
          active: document.body.querySelectorAll('iframe, object, embed, video, audio, svg, math, style, link, meta, base').length,
          javascript: [...document.querySelectorAll('a')].filter((a) => /^\s*javascript:/i.test(a.getAttribute('href') ?? '')).length,
          handlers: [...document.body.querySelectorAll('*')].filter((each) => each.getAttributeNames().some((name) => name.startsWith('on'))).length,
          webLink: [...document.querySelectorAll('a[href]')].map((a) => [a.target, a.rel]).at(0) ?? null,
        }));
        assert.equal(inside.ran, null, 'nothing ran');
        assert.equal(inside.origin, 'null', 'the origin is opaque');
        assert.deepEqual({ ...inside, webLink: null }, {
          ran: null, origin: 'null', forms: 0, scripts: 0, active: 0, javascript: 0, handlers: 0, webLink: null,
        });
        assert.deepEqual(inside.webLink, ['_blank', 'noopener noreferrer'], 'the link that stays opens on its own');
        assert.equal(await page.evaluate(() => window.ran ?? null), null, 'nothing ran outside');
        assert.deepEqual(canary.calls, [], 'nobody was called');
        if (page.log) assertClean(page.log, system.origin, { hostile: true });
        await page.closeContext();
      });
    });
  }
});
