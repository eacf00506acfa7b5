//! Owns the Chromium driver: playwright-core on Debian's Chromium, with real drops, touch and a log of every request.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { describe, locate, toWire } from './locate.js';

const EXECUTABLE = process.env.SEALPOST_CHROMIUM ?? '/usr/bin/chromium';
// No sandbox: Chromium refuses to run as root with it, and CI runs as root. The rest keeps the browser off the network.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-dev-shm-usage',
];
const TIMEOUT = 15_000;

/**
 * @param {{args?: string[]}} [options]
 * @returns {Promise<import('./interface.js').Browser>}
 */
export async function launch({ args = [] } = {}) {
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: [...ARGUMENTS, ...args], headless: true });
  const downloads = await mkdtemp(join(tmpdir(), 'sealpost-chromium-downloads-'));
  return {
    engine: 'chromium',
    version: browser.version(),
    async newPage({ width = 1280, height = 800, phone = false, dark = false, noScript = false, init } = {}) {
      const context = await browser.newContext({
        ignoreHTTPSErrors: true,
        acceptDownloads: true,
        viewport: { width, height },
        isMobile: phone,
        hasTouch: phone,
        colorScheme: dark ? 'dark' : 'light',
        javaScriptEnabled: !noScript,
      });
      const log = new ContextLog();
      await log.watch(context);
      if (init) await context.addInitScript(init);
      return new ChromiumPage(await context.newPage(), { context, log, phone, downloads });
    },
    async close() {
      await browser.close();
      await rm(downloads, { recursive: true, force: true });
    },
  };
}

/** What the browser reported while the pages of one context ran. */
class ContextLog {
  /** @type {{url: string, method: string}[]} */ requests = [];
  /** @type {string[]} console errors and warnings */ console = [];
  /** @type {string[]} uncaught exceptions */ errors = [];
  /** @type {object[]} `securitypolicyviolation` events, of frames too */ violations = [];
  crashed = false;

  async watch(context) {
    await context.exposeBinding('__reportViolation', (_source, violation) => this.violations.push(violation));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const { violatedDirective, blockedURI, sourceFile, documentURI, sample } = event;
        globalThis.__reportViolation?.({ violatedDirective, blockedURI, sourceFile, documentURI, sample });
      });
    });
    context.on('request', (request) => this.requests.push({ url: request.url(), method: request.method() }));
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.console.push(`${message.type()}: ${message.text()}`);
    });
    context.on('weberror', (event) => this.errors.push(String(event.error())));
    context.on('page', (page) => page.on('crash', () => (this.crashed = true)));
  }
}

/** @implements {import('./interface.js').Page} */
class ChromiumPage {
  constructor(page, { context, log, phone, downloads }) {
    this.page = page;
    this.context = context;
    this.log = log;
    this.phone = phone;
    this.downloads = downloads;
    page.setDefaultTimeout(TIMEOUT);
  }

  wrap(page) {
    return new ChromiumPage(page, this);
  }

  async open(url) {
    await this.page.goto(url, { waitUntil: 'load' });
  }

  async reload() {
    await this.page.reload({ waitUntil: 'load' });
  }

  async back() {
    await this.page.goBack({ waitUntil: 'commit' });
  }

  async url() {
    return this.page.url();
  }

  /** Waits until the target is there, and gives its handle. */
  async element(target, timeout = TIMEOUT) {
    const end = Date.now() + timeout;
    for (;;) {
      // A navigation under way destroys the context; the next round finds the new document.
      const handle = await this.page.evaluateHandle(locate, toWire(target)).catch((error) => {
        if (Date.now() > end) throw error;
        return null;
      });
      const element = handle?.asElement();
      if (element) return element;
      if (Date.now() > end) throw new Error(`chromium: no ${describe(target)} at ${this.page.url().slice(0, 100)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async waitFor(target, { timeout } = {}) {
    await this.element(target, timeout);
  }

  async click(target, { timeout } = {}) {
    const element = await this.element(target, timeout);
    await (this.phone ? element.tap() : element.click());
  }

  async fill(target, text) {
    const element = await this.element(target);
    await element.fill('');
    await element.type(text);
  }

  async text(target) {
    return (await this.element(target)).innerText();
  }

  async waitUntil(fn, args = [], { timeout = TIMEOUT } = {}) {
    const end = Date.now() + timeout;
    for (;;) {
      const value = await this.evaluate(fn, ...args).catch((error) => {
        if (Date.now() > end) throw error;
      });
      if (value) return value;
      if (Date.now() > end) throw new Error(`chromium: not within ${timeout} ms: ${fn}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async chooseFile(target, file) {
    await (await this.element(target)).setInputFiles(file);
  }

  async evaluate(fn, ...args) {
    return this.page.evaluate(`(${fn})(...${JSON.stringify(args)})`);
  }

  async evaluateInFrame(fn, ...args) {
    const frame = this.page.mainFrame().childFrames().at(-1);
    if (!frame) throw new Error('chromium: the page has no frame');
    return frame.evaluate(`(${fn})(...${JSON.stringify(args)})`);
  }

  async popup(action) {
    const opened = this.page.waitForEvent('popup');
    await action();
    return this.wrap(await opened);
  }

  async download(action) {
    const started = this.page.waitForEvent('download', { timeout: 60_000 });
    await action();
    const download = await started;
    const folder = await mkdtemp(join(this.downloads, 'one-'));
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    return path;
  }

  /** A drag that carries a file from outside, as the desktop's file manager sends it. */
  async dropFile(target, file) {
    const box = await (await this.element(target)).boundingBox();
    const x = box.x + box.width / 2;
    const y = box.y + box.height / 2;
    const session = await this.context.newCDPSession(this.page);
    const data = { items: [], files: [file], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop']) {
      await session.send('Input.dispatchDragEvent', { type, x, y, data });
    }
    await session.detach();
  }

  /** A trusted paste: copies `text` with the keyboard in a scratch tab, and pastes it into the target. */
  async paste(target, text) {
    const scratch = await this.context.newPage();
    await scratch.setContent('<textarea></textarea>');
    await scratch.locator('textarea').fill(text);
    await scratch.locator('textarea').selectText();
    await scratch.keyboard.press('Control+C');
    await scratch.close();
    await this.page.bringToFront();
    await (await this.element(target)).focus();
    await this.page.keyboard.press('Control+V');
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
