//! Owns how a person signs in and what the reading view must then show.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { IMAGE, SENDER } from '../fixtures/messages.js';
import { words } from './words.js';

/** @typedef {import('../drivers/interface.js').Page} Page */
const ADDRESS = () => ({ role: 'textbox', name: words.address_label });
const CODE = () => ({ role: 'textbox', name: words.passcode_label });
const SLOW = { timeout: 90_000 };

/** Asks for a code: the address is filled in where the page carried a hint. */
export async function askForCode(page, address) {
  const prefilled = await page.evaluate(() => document.querySelector('input[type=email]')?.value ?? '');
  if (prefilled !== address) await page.fill(ADDRESS(), address);
  await page.click({ role: 'button', name: words.open_message });
  await page.waitFor({ role: 'heading', name: words.passcode_title });
  return prefilled;
}

/** Types a code and sends it; a field that sends itself at the eighth digit needs no button. */
export async function typeCode(page, code) {
  await page.fill(CODE(), code);
  const waiting = await page.evaluate((name) => [...document.querySelectorAll('button')]
    .some((button) => button.innerText.trim() === name && !button.disabled), words.verify);
  if (waiting) await page.click({ role: 'button', name: words.verify }).catch(() => {});
}

/** From the arrived message to the opened one: address, code from the mail, reference compared. */
export async function signIn(system, page, address) {
  const mark = await system.catcher.mark();
  const prefilled = await askForCode(page, address);
  const mail = await system.code(address, mark);
  const reference = (await page.evaluate(() => document.body.innerText)).match(/\b[A-Z0-9]{3}-[A-Z0-9]{3}\b/)?.[0];
  assert.ok(reference, 'the page shows a reference code');
  assert.ok(mail.subject.includes(reference), `the subject "${mail.subject}" has the page's reference ${reference}`);
  await typeCode(page, mail.code);
  return { prefilled, mail, reference };
}

/** Waits until the message is shown. */
export async function opened(page, fixture) {
  await page.waitFor({ role: 'heading', name: fixture.subject }, SLOW);
  await page.waitFor('iframe', SLOW);
}

/**
 * The text inside the body's frame, once it is there.
 * @param {Page} page
 */
export async function bodyText(page, mark) {
  const end = Date.now() + 20_000;
  for (;;) {
    const text = await page.evaluateInFrame(() => document.body.innerText).catch(() => '');
    if (text.includes(mark)) return text;
    if (Date.now() > end) throw new Error(`the frame shows ${JSON.stringify(text)}, not ${mark}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Checks subject, sender, body, inline picture and attachments; downloads every attachment. */
export async function checkReading(page, fixture) {
  await opened(page, fixture);
  const shown = await page.text('main');
  assert.ok(shown.includes(SENDER.name) && shown.includes(SENDER.address), `the sender is shown: ${shown}`);
  assert.ok(shown.includes(fixture.to), 'the recipient is shown');
  await bodyText(page, fixture.bodyMark);
  const picture = await paintedPicture(page);
  assert.deepEqual(picture, IMAGE, 'the inline picture is painted in its colour and size');
  for (const { name, sha256 } of fixture.attachments) {
    assert.ok(shown.includes(name), `the attachment ${name} is listed: ${shown}`);
    const file = await page.download(() => page.click(downloadOf(name)));
    const got = createHash('sha256').update(await readFile(file)).digest('hex');
    assert.equal(got, sha256, `${name} came out as it went in`);
  }
}

/** The control that downloads an attachment. */
export function downloadOf(name) {
  return { role: 'button', name: new RegExp(`^${words.download} ${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`) };
}

/** Size of the picture in the frame, and the colour that its middle is painted in. */
async function paintedPicture(page) {
  const end = Date.now() + 10_000;
  for (;;) {
    const found = await page.evaluateInFrame(() => {
      const image = document.querySelector('img');
      if (!image?.complete || image.naturalWidth === 0 || image.getClientRects().length === 0) return null;
      const canvas = document.createElement('canvas');
      canvas.width = 1;
      canvas.height = 1;
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0, 1, 1);
      return { width: image.naturalWidth, height: image.naturalHeight, colour: [...context.getImageData(0, 0, 1, 1).data].slice(0, 3) };
    }).catch(() => null);
    if (found) return found;
    if (Date.now() > end) throw new Error('no picture is painted in the frame');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
