//! Owns pictures of every screen of signing in with accounts and passkeys and of the own page, for people to look at:
//! `node screens_account.js` writes target/screens/<screen>-<width>-<colours>.png.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch } from './drivers/chromium.js';
import { bodyText, opened, typeCode } from './journeys/reading.js';
import * as ways from './journeys/ways.js';
import { words } from './journeys/words.js';
import { CHECKOUT } from './system/process.js';
import { AccountSystem } from './system/openid/account_system.js';
import * as accounts from './system/openid/accounts.js';
import { askForWays, chooseAccount, goToProvider } from './system/openid/journey.js';
import { meWords, refusals, signInWords } from './system/openid/words.js';

const FOLDER = join(CHECKOUT, 'target', 'screens');
const VIEWS = [375, 1280].flatMap((width) => [false, true].map((dark) => ({ width, dark, height: 812, phone: width < 600 })));
const GMAIL = accounts.google['g-gmail'].email;
const TEAM = 'readers@praxis.example';
const DEVICE = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };

await mkdir(FOLDER, { recursive: true });
const system = await AccountSystem.start();
const browser = await launch();
try {
  for (const view of VIEWS) {
    await accountScreens(view);
    await passkeyScreens(view);
    await storageScreen(view);
  }
} finally {
  await browser.close();
  await system.stop();
}

function shooting(page, view) {
  return async (name) => {
    await new Promise((resolve) => setTimeout(resolve, 250)); // fonts, focus rings, transitions
    const file = join(FOLDER, `${name}-${view.width}-${view.dark ? 'dark' : 'light'}.png`);
    await page.page.screenshot({ path: file, fullPage: true });
    console.log(file.slice(CHECKOUT.length));
  };
}

function says(page, text) {
  return page.waitUntil((each) => document.body.innerText.includes(each), [text]);
}

function heading(page, name) {
  return page.waitFor({ role: 'heading', name });
}

async function accountScreens(view) {
  const page = await browser.newPage(view);
  const shoot = shooting(page, view);
  await page.open(`${system.origin}/me`);
  await heading(page, meWords.signed_out_title);
  await shoot('me-signed-out');
  await page.fill({ role: 'textbox', name: meWords.account_label }, GMAIL);
  await page.click('#find-account');
  await page.waitFor('#way-google');
  await shoot('me-accounts');

  const own = await system.message(GMAIL);
  await ways.link(page, own);
  await askForWays(page, GMAIL);
  await shoot('ways-own-account');
  await goToProvider(page, 'Google', 'google');
  await chooseAccount(page, '');
  await says(page, refusals.cancelled);
  await shoot('ways-cancelled');
  await goToProvider(page, 'Google', 'google');
  await chooseAccount(page, 'g-elsewhere');
  await heading(page, signInWords.complete_title);
  await shoot('one-more-step');

  const team = await system.message(TEAM);
  await page.context.clearCookies();
  await ways.link(page, team);
  await askForWays(page, TEAM);
  await shoot('ways-no-own-account');
  const mark = await system.catcher.mark();
  await goToProvider(page, 'Google', 'google');
  await chooseAccount(page, 'g-elsewhere');
  await heading(page, words.passcode_title);
  await page.click('input[type=checkbox]');
  await shoot('passcode-remember');
  await typeCode(page, (await system.code(TEAM, mark)).code);
  await opened(page, team.fixture);
  await bodyText(page, team.fixture.bodyMark);
  await shoot('opened-by-account');

  await page.open(`${system.origin}/me`);
  await heading(page, meWords.session_title);
  await shoot('me-account');
  await page.click('#erase');
  await says(page, meWords.erase_sure);
  await shoot('me-erase-question');
  await page.click('#erase-yes');
  await heading(page, meWords.erased_title);
  await shoot('me-erased');
  await page.closeContext();
}

async function passkeyScreens(view) {
  const address = `reader-${view.width}-${view.dark}@praxis.example`;
  const page = await browser.newPage(view);
  const shoot = shooting(page, view);
  const protocol = await page.context.newCDPSession(page.page);
  await protocol.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await protocol.send('WebAuthn.addVirtualAuthenticator', { options: DEVICE });
  const message = await system.message(address);
  await ways.link(page, message);
  await askForWays(page, address);
  const mark = await system.catcher.mark();
  await page.click('#way-passcode');
  await typeCode(page, (await system.code(address, mark)).code);
  await opened(page, message.fixture);
  await bodyText(page, message.fixture.bodyMark);
  await heading(page, signInWords.offer_title);
  await shoot('passkey-offer');
  await page.click('#make-passkey');
  await says(page, signInWords.offer_made);
  await shoot('passkey-made');
  await page.open(`${system.origin}/me`);
  await heading(page, meWords.session_title);
  await shoot('me-passkey');
  await page.click('#sign-out-everywhere');
  await heading(page, meWords.ended_title);
  await shoot('me-signed-out-everywhere');

  await ways.link(page, message);
  await askForWays(page, address);
  await shoot('ways-passkey-first');
  await protocol.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.click('#way-passkey');
  await page.waitFor({ role: 'alert', name: /passkey/i });
  await shoot('ways-passkey-failed');
  await page.closeContext();
}

async function storageScreen(view) {
  const page = await browser.newPage({
    ...view,
    init: () => { IDBFactory.prototype.open = () => { throw new DOMException('blocked', 'SecurityError'); }; },
  });
  await ways.link(page, await system.message(GMAIL));
  await askForWays(page, GMAIL);
  await says(page, signInWords.storage_blocked);
  await shooting(page, view)('ways-storage-blocked');
  await page.closeContext();
}
