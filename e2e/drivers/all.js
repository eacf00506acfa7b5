//! Owns the list of engines that every journey knows.

import { launch as chromium } from './chromium.js';
import { launch as firefox } from './firefox.js';
import { launch as webkit } from './webkit.js';

/** @type {Record<string, () => Promise<import('./interface.js').Browser>>} */
export const engines = { chromium, firefox, webkit };
