//! Owns the headers as a browser enforces them: the policy per path, Trusted Types, who may frame what; with the proof
//! that a violation would be seen.

import assert from 'node:assert/strict';
import https from 'node:https';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { launch } from '../drivers/chromium.js';
import { words } from '../journeys/words.js';
import { System } from '../system/system.js';

describe('policies', () => {
  let system;
  let browser;
  let ca;
  before(async () => {
    system = await System.start({ postfix: false });
    browser = await launch();
    ca = await readFile(system.certificate.ca);
  }, { timeout: 60_000 });
  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  const get = (path, headers = {}) => new Promise((resolve, reject) => {
    https.get(`${system.origin}${path}`, { ca, headers, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve({ status: answer.statusCode, headers: answer.headers }));
    }).on('error', reject);
  });

  test('every path of the app has the strict policy; only /receive lacks COOP; / never redirects', async () => {
    for (const path of ['/', '/receive', '/privacy']) {
      const { status, headers } = await get(path);
      assert.equal(status, 200, path);
      const policy = headers['content-security-policy'];
      for (const part of ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "base-uri 'none'", "object-src 'none'",
        "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", 'trusted-types ']) {
        assert.ok(policy.includes(part), `${path} has ${part}: ${policy}`);
      }
      assert.ok(!/unsafe-inline|'unsafe-eval'|nonce-|https?:/.test(policy), policy);
      assert.equal(headers['cross-origin-opener-policy'] ?? 'unsafe-none', path === '/receive' ? 'unsafe-none' : 'same-origin');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['x-content-type-options'], 'nosniff');
    }
  });

  test('the frame is an opaque sandbox, and is answered to an iframe only', async () => {
    const { status, headers } = await get('/frame', { 'sec-fetch-dest': 'iframe' });
    assert.equal(status, 200);
    const policy = headers['content-security-policy'];
    assert.match(policy, /sandbox allow-scripts/);
    assert.ok(!policy.includes('allow-same-origin'));
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'sha256-/);
    assert.match(policy, /frame-ancestors 'self'/);
    assert.notEqual((await get('/frame', { 'sec-fetch-dest': 'document' })).status, 200);
  });

  test('Trusted Types are on, and the report of a violation reaches the tests', { timeout: 60_000 }, async () => {
    const page = await browser.newPage();
    await page.open(`${system.origin}/`);
    await page.waitFor({ role: 'heading', name: words.landing_title });
    assert.deepEqual(page.log.violations, [], 'none so far');
    const refused = await page.evaluate(() => {
      try {
        document.createElement('div').innerHTML = '<b>x</b>';
        return null;
      } catch (error) {
        return error.name;
      }
    });
    assert.equal(refused, 'TypeError');
    await page.evaluate(() => fetch('https://elsewhere.example/').catch(() => {}));
    await page.evaluate(() => {
      const script = document.createElement('img');
      script.src = 'http://127.0.0.1:9/x.png';
      document.body.append(script);
    });
    const end = Date.now() + 5_000;
    const seen = () => page.log.violations.map(({ violatedDirective }) => violatedDirective);
    while (seen().length < 3 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(new Set(seen()), new Set(['require-trusted-types-for', 'connect-src', 'img-src']));
    await page.closeContext();
  });

  test('another site cannot frame the app or the frame', { timeout: 60_000 }, async () => {
    const page = await browser.newPage();
    for (const path of ['/', '/frame']) {
      await page.open(`data:text/html,<iframe src="${system.origin}${path}"></iframe>`);
      const text = await page.evaluateInFrame(() => document.documentElement.innerText + document.title).catch(() => '');
      assert.ok(!text.includes('Sealpost') && !text.includes(words.landing_title), `${path} shows nothing: ${text}`);
    }
    await page.closeContext();
  });
});
