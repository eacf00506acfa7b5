//! Owns the experiment behind docs/decisions/0001-receive-and-coop.md: an envelope handed over at `/receive` (no COOP) is
//! still there at `/` (COOP same-origin), and the whole hand-over works from a `file://` page, in three engines.
//! It needs no part of Sealpost: the pages here hold nothing but the steps that the browsers could refuse.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import https from 'node:https';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { engines } from '../drivers/all.js';
import { makeCertificate } from '../system/certificate.js';
import { Scratch } from '../system/scratch.js';

const BYTES = 4 * 1024 * 1024;
const CSP = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; base-uri 'none';
 object-src 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'`.replaceAll('\n', '');

const page = (script) => `<!doctype html><title>${script}</title><p id="state">working</p><script src="/${script}"></script>`;

const DATABASE = `
const database = () => new Promise((resolve, reject) => {
  const request = indexedDB.open('coop', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('records');
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const say = (text) => { document.getElementById('state').textContent = text; };
`;

const RECEIVE = `${DATABASE}
const opener = window.opener;
if (!opener) say('no opener');
else {
  addEventListener('message', async (event) => {
    if (event.source !== opener || event.data?.sealpost !== 1) return;
    const { envelope } = event.data;
    try {
      const store = (await database()).transaction('records', 'readwrite').objectStore('records');
      await done(store.put(envelope, 'record'));
      sessionStorage.setItem('header', 'origin ' + event.origin + ' bytes ' + envelope.byteLength);
      opener.postMessage({ sealpost: 1, received: true }, '*');
      location.replace('/');
    } catch (error) { say(String(error)); }
  });
  opener.postMessage({ sealpost: 1, ready: true }, '*');
}`;

const LANDING = `${DATABASE}
(async () => {
  const envelope = await done((await database()).transaction('records').objectStore('records').get('record'));
  const bytes = envelope ? new Uint8Array(envelope) : null;
  say(JSON.stringify({
    session: sessionStorage.getItem('header'),
    length: bytes?.length ?? null,
    first: bytes?.[0] ?? null, last: bytes?.at(-1) ?? null,
    opener: window.opener === null ? 'severed' : 'kept',
  }));
})().catch((error) => say(String(error)));`;

const attachmentPage = (portal) => `<!doctype html><meta charset="utf-8"><title>attachment</title>
<button id="open">Open</button><p id="state">waiting</p>
<script>
const portal = ${JSON.stringify(portal)};
document.getElementById('open').onclick = () => {
  const opened = window.open(portal + '/receive');
  if (!opened) { document.getElementById('state').textContent = 'blocked'; return; }
  addEventListener('message', (event) => {
    if (event.source !== opened || event.origin !== portal || event.data?.sealpost !== 1) return;
    if (event.data.ready) {
      const envelope = new Uint8Array(${BYTES}).fill(7).buffer;
      opened.postMessage({ sealpost: 1, envelope, hint: null }, portal, [envelope]);
    }
    if (event.data.received) document.getElementById('state').textContent = 'received';
  });
};
</script>`;

describe('an envelope handed over at /receive survives the change to COOP same-origin at /', () => {
  let scratch;
  let portal;
  before(async () => {
    scratch = await Scratch.create();
    const { pem } = await makeCertificate(scratch);
    const server = https.createServer({ cert: pem.certificate, key: pem.key }, (request, response) => {
      const body = {
        '/': page('landing.js'), '/receive': page('receive.js'), '/landing.js': LANDING, '/receive.js': RECEIVE,
      }[request.url];
      response.setHeader('content-type', request.url.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8');
      response.setHeader('content-security-policy', CSP);
      response.setHeader('referrer-policy', 'no-referrer');
      if (request.url !== '/receive') response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.statusCode = body === undefined ? 404 : 200;
      response.end(body ?? '');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    scratch.defer(() => { server.closeAllConnections(); server.close(); });
    portal = `https://localhost:${server.address().port}`;
    await writeFile(scratch.path('message.html'), attachmentPage(portal));
  });
  after(() => scratch.dispose());

  for (const [name, launch] of Object.entries(engines)) {
    test(name, { timeout: 90_000 }, async (t) => {
      const browser = await launch();
      try {
        t.diagnostic(browser.version);
        const attachment = await browser.newPage();
        await attachment.open(pathToFileURL(scratch.path('message.html')).href);
        const opened = await attachment.popup(() => attachment.click('#open'));
        await opened.waitUntil(() => location.pathname === '/' && document.getElementById('state').textContent !== 'working');
        const found = JSON.parse(await opened.text('#state'));
        t.diagnostic(JSON.stringify(found));
        assert.deepEqual(found, {
          session: `origin null bytes ${BYTES}`, length: BYTES, first: 7, last: 7, opener: 'severed',
        });
        // The page that handed over was told, although its view of the window is cut off by then.
        await attachment.waitUntil(() => document.getElementById('state').textContent === 'received');
        // A reload keeps both halves.
        await opened.reload();
        await opened.waitUntil(() => document.getElementById('state').textContent !== 'working');
        assert.deepEqual(JSON.parse(await opened.text('#state')), found);
      } finally {
        await browser.close();
      }
    });
  }
});
