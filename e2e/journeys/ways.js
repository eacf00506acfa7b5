//! Owns the ways in: how an envelope gets from the saved attachment page to the app.

import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { words } from './words.js';

/** @typedef {import('../drivers/interface.js').Page} Page */
/** Reading 40 MB of base64url takes its time on two cores. */
const SLOW = { timeout: 60_000 };

/** The button of the large form. */
const OPEN = '#sealpost-open';

/** Follows the link of the small form, from the page as saved to disk. @returns {Promise<Page>} the app */
export async function link(page, { saved }) {
  await page.open(pathToFileURL(saved).href);
  await page.click('#sealpost-link');
  await arrived(page);
  return page;
}

/** Lets the large form hand over to a window of its own. @returns {Promise<Page>} the app */
export async function handOver(page, { saved }) {
  await page.open(pathToFileURL(saved).href);
  const app = await page.popup(() => page.click(OPEN));
  await arrived(app);
  return app;
}

/** Chooses the saved page as a file. */
export async function choose(page, { saved, origin }) {
  await landing(page, origin);
  await page.chooseFile('input[type=file]', saved);
  await arrived(page);
  return page;
}

/** Drops the saved page by real drag events (Chromium). */
export async function drop(page, { saved, origin }) {
  await landing(page, origin);
  await page.dropFile('main', saved);
  await arrived(page);
  return page;
}

/** Pastes the source of the saved page (Chromium). */
export async function paste(page, { saved, origin }) {
  await landing(page, origin);
  await openPaste(page);
  await page.paste({ role: 'textbox', name: words.paste_label }, await readFile(saved, 'utf8'));
  await page.click({ role: 'button', name: words.paste_open });
  await arrived(page);
  return page;
}

/** The landing screen; from a message that the tab still keeps, by the way that the app offers. */
export async function landing(page, origin) {
  await page.open('about:blank'); // a fragment alone would not load the app anew
  await page.open(`${origin}/`);
  await page.waitFor({ role: 'heading', name: new RegExp(`^(${words.landing_title}|${words.arrived_title})$`) });
  const kept = await page.evaluate((title) => document.querySelector('main h1')?.innerText === title, words.arrived_title);
  if (kept) await page.click({ role: 'button', name: words.other_message });
  await page.waitFor({ role: 'heading', name: words.landing_title });
}

/** Opens the section where the field for pasting is, if it is closed. */
export async function openPaste(page) {
  const shown = await page.evaluate(() => [...document.querySelectorAll('textarea')].some((field) => field.checkVisibility()));
  if (!shown) await page.click({ role: 'button', name: words.paste_title });
}

async function arrived(page) {
  await page.waitFor({ role: 'heading', name: words.arrived_title }, SLOW);
}
