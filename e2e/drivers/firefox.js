//! Owns the Firefox driver: puppeteer-core on stock Firefox ESR, by WebDriver BiDi.

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { describe, locate, toWire } from './locate.js';

const EXECUTABLE = process.env.SEALPOST_FIREFOX ?? '/usr/bin/firefox-esr';
const TIMEOUT = 20_000;

/** @returns {Promise<import('./interface.js').Browser>} */
export async function launch() {
  const downloads = await mkdtemp(join(tmpdir(), 'sealpost-firefox-downloads-'));
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: EXECUTABLE,
    headless: true,
    acceptInsecureCerts: true,
    extraPrefsFirefox: {
      'browser.download.folderList': 2,
      'browser.download.dir': downloads,
      'browser.download.useDownloadDir': true,
      'browser.download.always_ask_before_handling_new_types': false,
      // Nothing leaves the machine: no updates, no remote settings, no captive portal or telemetry probes.
      'app.update.auto': false,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      'services.settings.server': 'data:,#',
      'browser.safebrowsing.provider.mozilla.updateURL': '',
      'extensions.getAddons.cache.enabled': false,
    },
  });
  return {
    engine: 'firefox',
    version: await browser.version(),
    async newPage({ width = 1280, height = 800, init } = {}) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.setViewport({ width, height });
      if (init) await page.evaluateOnNewDocument(`(${init})()`);
      return new FirefoxPage(page, { browser, context, downloads });
    },
    async close() {
      await browser.close();
      await rm(downloads, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

/** @implements {import('./interface.js').Page} */
class FirefoxPage {
  constructor(page, { browser, context, downloads }) {
    this.page = page;
    this.browser = browser;
    this.context = context;
    this.downloads = downloads;
    page.setDefaultTimeout(TIMEOUT);
  }

  async open(url) {
    // After a page from the back-forward cache puppeteer misses the next load event, so look for the new document as well.
    await this.evaluate(() => { window.leftBehind = true; }).catch(() => {});
    let looking = true;
    const look = async () => {
      while (looking) {
        const there = await this.evaluate(() => !window.leftBehind && location.href !== 'about:blank' && document.readyState === 'complete').catch(() => false);
        if (there) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const navigation = this.page.goto(url, { waitUntil: 'load', timeout: 30_000 });
    navigation.catch(() => {});
    try {
      await Promise.race([navigation, look()]);
    } finally {
      looking = false;
    }
  }

  async reload() {
    await this.page.reload({ waitUntil: 'load' });
  }

  async back() {
    // A page from the back-forward cache fires no load event, which goBack would wait for.
    await this.evaluate(() => setTimeout(() => history.back()));
    await new Promise((resolve) => setTimeout(resolve, 500));
  }

  async url() {
    return this.evaluate(() => location.href);
  }

  async element(target, timeout = TIMEOUT) {
    const end = Date.now() + timeout;
    for (;;) {
      const handle = await this.page.evaluateHandle(locate, toWire(target)).catch((error) => {
        if (Date.now() > end) throw error;
        return null;
      });
      const element = handle?.asElement();
      if (element) return element;
      if (Date.now() > end) throw new Error(`firefox: no ${describe(target)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async waitFor(target, { timeout } = {}) {
    await this.element(target, timeout);
  }

  async click(target, { timeout } = {}) {
    await (await this.element(target, timeout)).click();
  }

  async fill(target, text) {
    const element = await this.element(target);
    await element.evaluate((field) => field.select());
    await this.page.keyboard.press('Delete');
    await element.type(text);
  }

  async text(target) {
    return (await this.element(target)).evaluate((element) => element.innerText);
  }

  async waitUntil(fn, args = [], { timeout = TIMEOUT } = {}) {
    const end = Date.now() + timeout;
    for (;;) {
      const value = await this.evaluate(fn, ...args).catch((error) => {
        if (Date.now() > end) throw error;
      });
      if (value) return value;
      if (Date.now() > end) throw new Error(`firefox: not within ${timeout} ms: ${fn}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async chooseFile(target, file) {
    await (await this.element(target)).uploadFile(file);
  }

  async evaluate(fn, ...args) {
    return this.page.evaluate(`(${fn})(...${JSON.stringify(args)})`);
  }

  async evaluateInFrame(fn, ...args) {
    const frame = this.page.mainFrame().childFrames().at(-1);
    if (!frame) throw new Error('firefox: the page has no frame');
    return frame.evaluate(`(${fn})(...${JSON.stringify(args)})`);
  }

  async popup(action) {
    const before = new Set(await this.context.pages());
    await action();
    const end = Date.now() + TIMEOUT;
    for (;;) {
      const opened = (await this.context.pages()).find((page) => !before.has(page));
      if (opened) return new FirefoxPage(opened, this);
      if (Date.now() > end) throw new Error('firefox: no page was opened');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async download(action) {
    await emptied(this.downloads);
    await action();
    return finishedDownload(this.downloads, '.part');
  }

  async screenshot(file) {
    await this.page.screenshot({ path: file });
  }

  async close() {
    await this.page.close();
  }

  async closeContext() {
    await this.context.close();
  }
}

/** A file of the same name would be in the way of the next download: MiniBrowser then saves nothing. */
export async function emptied(folder) {
  for (const name of await readdir(folder)) await rm(join(folder, name));
}

/** Waits for a file in `folder` that no longer grows and has no unfinished companion. */
export async function finishedDownload(folder, unfinished) {
  const end = Date.now() + 60_000;
  let last = -1;
  for (;;) {
    const names = await readdir(folder);
    const done = names.filter((name) => !name.endsWith(unfinished));
    if (done.length > 0 && done.length === names.length) {
      const { size } = await stat(join(folder, done[0]));
      if (size > 0 && size === last) return join(folder, done[0]);
      last = size;
    }
    if (Date.now() > end) throw new Error(`no download arrived in ${folder}: ${names}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
