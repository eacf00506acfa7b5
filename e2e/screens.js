//! Owns pictures of every screen, for people to look at: `npm run screens` writes target/screens/<screen>-<width>-<colours>.png.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from './drivers/chromium.js';
import * as faults from './fixtures/envelopes.js';
import { plainMail, realistic, small } from './fixtures/messages.js';
import { askForCode, bodyText, downloadOf, opened, typeCode } from './journeys/reading.js';
import * as ways from './journeys/ways.js';
import { titles, words } from './journeys/words.js';
import { envelopeOfPage } from './leak/needles.js';
import { CHECKOUT } from './system/process.js';
import { System } from './system/system.js';

const FOLDER = join(CHECKOUT, 'target', 'screens');
const VIEWS = [375, 1280].flatMap((width) => [false, true].map((dark) => ({ width, dark, height: 812, phone: width < 600 })));

await mkdir(FOLDER, { recursive: true });
const system = await System.start({ postfix: false });
const browser = await launch();
try {
  const material = await prepare();
  for (const view of VIEWS) await picture(view, material);
} finally {
  await browser.close();
  await system.stop();
}

async function prepare() {
  const send = async (make, extra) => {
    const fixture = await make();
    const sent = await system.send(fixture, extra);
    return { fixture, id: sent.id, saved: sent.page, carrier: sent.arrived, origin: system.origin };
  };
  const message = await send(realistic);
  const second = await send(small);
  const revoked = await send(small);
  await system.sealer.manage('revoke', revoked.id);
  const expired = await send(small);
  await system.portal.expire(expired.id);
  const envelope = envelopeOfPage(await readFile(message.saved, 'latin1'));
  const files = {
    'not-an-envelope': plainMail(),
    'cut-off': faults.truncated(envelope),
    'newer-format': faults.newerVersion(envelope),
    'other-portal': faults.otherPortal(envelope),
    'damaged': faults.damaged(envelope, 60),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(system.scratch.path(`${name}.sealed`), bytes);
  return { message, second, revoked, expired, send, files: Object.keys(files) };
}

async function picture(view, { message, second, revoked, expired, send, files }) {
  const page = await browser.newPage(view);
  const shoot = async (name, of = page) => {
    // As tall as the page: what a frame shows below the fold is not painted otherwise.
    const height = await of.page.evaluate('document.documentElement.scrollHeight');
    await of.page.setViewportSize({ width: view.width, height: Math.max(height, view.height) });
    await new Promise((resolve) => setTimeout(resolve, 400)); // fonts, focus rings, transitions
    const file = join(FOLDER, `${name}-${view.width}-${view.dark ? 'dark' : 'light'}.png`);
    await of.page.screenshot({ path: file, fullPage: true });
    await of.page.setViewportSize({ width: view.width, height: view.height });
    console.log(file.slice(CHECKOUT.length));
  };
  const heading = (name) => page.waitFor({ role: 'heading', name }, { timeout: 30_000 });

  await page.open(`${system.origin}/`);
  await heading(words.landing_title);
  await shoot('landing');
  await page.open(`${system.origin}/privacy`);
  await heading(/privacy/i);
  await shoot('privacy');
  await page.open(`${system.origin}/receive`);
  // Without an opener it goes on to `/`: wait for that, not for the page that is left.
  await page.waitUntil(() => location.pathname === '/' && document.querySelector('input[type=file]') !== null);
  await shoot('receive');
  for (const name of files.filter((each) => each !== 'damaged')) {
    await ways.landing(page, system.origin);
    await page.chooseFile('input[type=file]', system.scratch.path(`${name}.sealed`));
    await heading(new RegExp(`^(${titles.notAnEnvelope}|${titles.cutOff}|${titles.newer}|${titles.otherPortal})$`));
    await shoot(name);
  }

  await page.open(pathToFileURL(message.saved).href);
  await shoot('attachment-page');
  await ways.link(page, message);
  await shoot('arrived');
  const mark = await system.catcher.mark();
  await askForCode(page, message.fixture.to);
  await shoot('passcode');
  const { code } = await system.code(message.fixture.to, mark);
  await typeCode(page, code === '00000000' ? '00000001' : '00000000');
  await page.waitFor({ role: 'alert', name: titles.wrongCode });
  await shoot('wrong-code');
  await typeCode(page, code);
  await opened(page, message.fixture);
  await bodyText(page, message.fixture.bodyMark);
  await shoot('reading');
  await page.download(() => page.click(downloadOf(message.fixture.attachments[0].name)));
  await shoot('attachment-saved');

  for (const [name, sent, title] of [['revoked', revoked, titles.revoked], ['expired', expired, titles.expired]]) {
    await ways.link(page, sent);
    await page.click({ role: 'button', name: words.open_message });
    await heading(title);
    await shoot(name);
  }
  await ways.choose(page, { saved: system.scratch.path('damaged.sealed'), origin: system.origin });
  await page.fill({ role: 'textbox', name: words.address_label }, message.fixture.to);
  await page.click({ role: 'button', name: words.open_message });
  await heading(titles.damaged);
  await shoot('damaged');
  await ways.link(page, second);
  await system.tap.close();
  await page.click({ role: 'button', name: words.open_message });
  await page.waitUntil((text) => document.body.innerText.includes(text), [titles.unreachable], { timeout: 60_000 });
  await shoot('out-of-reach');
  await system.tap.reopen();
  await ways.link(page, second);
  await page.click({ role: 'button', name: words.open_message });
  await opened(page, second.fixture);
  await page.click({ role: 'button', name: words.sign_out });
  await heading(words.signed_out_title);
  await shoot('signed-out');

  const mail = await system.catcher.raw(message.carrier);
  const html = htmlPart(mail.toString('latin1'));
  if (html) {
    await writeFile(system.scratch.path('carrier.html'), html);
    await page.open(pathToFileURL(system.scratch.path('carrier.html')).href);
    await shoot('carrier-mail');
  }
  await page.closeContext();

  const stranger = await browser.newPage(view);
  const gone = await send(small);
  await ways.link(stranger, gone);
  const before = await system.catcher.mark();
  await askForCode(stranger, gone.fixture.to);
  const late = await system.code(gone.fixture.to, before);
  await system.portal.removeRecipients(gone.id);
  await typeCode(stranger, late.code);
  await stranger.waitFor({ role: 'heading', name: titles.notARecipient });
  await shoot('not-a-recipient', stranger);
  await stranger.closeContext();

  const noScript = await browser.newPage({ ...view, noScript: true });
  await noScript.open(`${system.origin}/`);
  await shoot('no-script', noScript);
  await noScript.closeContext();
  const noWasm = await browser.newPage({ ...view, init: () => { delete globalThis.WebAssembly; } });
  await noWasm.open(`${system.origin}/`);
  await shoot('no-wasm', noWasm);
  await noWasm.closeContext();
}

/** The HTML alternative of the carrier mail, as a mail program would show it. */
function htmlPart(mail) {
  const [, head, body] = mail.match(/((?:^|\r\n)[^\r\n]*Content-Type: text\/html[\s\S]*?)\r\n\r\n([\s\S]*?)\r\n--/i) ?? [];
  if (!body) return null;
  if (/quoted-printable/i.test(head)) {
    return Buffer.from(body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1');
  }
  return Buffer.from(body, /base64/i.test(head) ? 'base64' : 'latin1');
}
