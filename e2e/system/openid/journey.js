//! Owns how a person signs in with an account: the address, the choice of a way, the provider's page, and back.

import { words } from '../../journeys/words.js';
import { signInWords } from './words.js';

/** @typedef {import('../../drivers/interface.js').Page} Page */
const SLOW = { timeout: 30_000 };

/** The button of a provider. A mark may stand before the words. */
export function providerButton(label) {
  return { role: 'button', name: new RegExp(`\\bContinue with ${label}$`) };
}

/** From the arrived message to the ways of its address. */
export async function askForWays(page, address) {
  const prefilled = await page.evaluate(() => document.querySelector('input[type=email]')?.value ?? '');
  if (prefilled !== address) await page.fill({ role: 'textbox', name: words.address_label }, address);
  await page.click({ role: 'button', name: words.open_message });
  await page.waitFor({ role: 'heading', name: signInWords.ways_title }, SLOW);
}

/** From the ways to a provider's page. */
export async function goToProvider(page, label, id) {
  await page.click(providerButton(label));
  await page.waitFor({ role: 'heading', name: `Sign in at ${id}` }, SLOW);
}

/** Chooses an account on the provider's page; the browser goes back to the app by itself. */
export async function chooseAccount(page, account) {
  await page.click(`button[value="${account}"]`, SLOW);
}

/** The whole of it. */
export async function signInWith(page, { address, label, id, account }) {
  await askForWays(page, address);
  await goToProvider(page, label, id);
  await chooseAccount(page, account);
}
