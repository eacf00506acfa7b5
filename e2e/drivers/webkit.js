//! Owns the WebKitGTK driver: selenium-webdriver on MiniBrowser by WebKitWebDriver, on an X server of its own (Xvfb).

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { Builder, Capabilities } from 'selenium-webdriver';
import { freePort } from '../system/port.js';
import { emptied, finishedDownload } from './firefox.js';
import { describe, locate, toWire } from './locate.js';

const DRIVER = process.env.SEALPOST_WEBKIT_DRIVER ?? '/usr/bin/WebKitWebDriver';
const MULTIARCH = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch];
const MINI_BROWSER = process.env.SEALPOST_MINIBROWSER ?? `/usr/lib/${MULTIARCH}/webkit2gtk-4.1/MiniBrowser`;
const TIMEOUT = 20_000;

/** @returns {Promise<import('./interface.js').Browser>} */
export async function launch() {
  for (const file of [DRIVER, MINI_BROWSER]) {
    if (!existsSync(file)) throw new Error(`${file} is missing: install webkit2gtk-driver and xvfb`);
  }
  const home = await mkdtemp(join(tmpdir(), 'sealpost-webkit-'));
  const downloads = join(home, 'Downloads');
  await mkdir(downloads);
  await mkdir(join(home, '.config'));
  await mkdir(join(home, 'run'), { mode: 0o700 });
  await writeFile(join(home, '.config', 'user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  const screen = await startScreen();
  const port = await freePort();
  const driver = spawn(DRIVER, [`--port=${port}`], {
    stdio: 'ignore',
    env: {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_CACHE_HOME: join(home, '.cache'),
      XDG_DATA_HOME: join(home, '.local'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      DISPLAY: screen.display,
      GDK_BACKEND: 'x11',
      NO_AT_BRIDGE: '1',
      // Xvfb has no graphics hardware. Switching the DMA-BUF renderer off as well makes screenshots hang (2.50.6).
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
  });
  const stop = async () => {
    for (const child of [driver, screen.process]) {
      if (child.exitCode === null) {
        child.kill();
        await once(child, 'exit');
      }
    }
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  try {
    await listening(port);
    const capabilities = new Capabilities({
      acceptInsecureCerts: true,
      'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] },
    });
    capabilities.setBrowserName('MiniBrowser');
    const newSession = () => new Builder()
      .disableEnvironmentOverrides()
      .usingServer(`http://127.0.0.1:${port}`)
      .withCapabilities(capabilities)
      .build();
    // WebKitWebDriver knows one session at a time and no contexts; a session's storage is its own, so each page gets a session.
    let session = await newSession();
    let unused = true;
    const reported = await session.getCapabilities();
    return {
      engine: 'webkit',
      version: `WebKitGTK ${reported.get('browserVersion')}`,
      /** Ends the page before it. */
      async newPage({ width = 1280, height = 800 } = {}) {
        if (!unused) {
          await session.quit().catch(() => {});
          session = await newSession();
        }
        unused = false;
        await session.manage().setTimeouts({ script: TIMEOUT, pageLoad: 60_000 });
        await session.manage().window().setRect({ width, height });
        return new WebkitPage(session, await session.getWindowHandle(), downloads);
      },
      async close() {
        await session.quit().catch(() => {});
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Xvfb chooses a free display itself and writes its number to descriptor 3. */
async function startScreen() {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  child.on('error', () => {});
  const [number] = await once(child.stdio[3], 'data');
  return { process: child, display: `:${String(number).trim()}` };
}

async function listening(port) {
  for (let round = 0; round < 100; round += 1) {
    const up = await fetch(`http://127.0.0.1:${port}/status`).then(() => true, () => false);
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('WebKitWebDriver does not answer');
}

/** @implements {import('./interface.js').Page} */
class WebkitPage {
  constructor(session, handle, downloads) {
    this.session = session;
    this.handle = handle;
    this.downloads = downloads;
  }

  /** A WebDriver session acts on one window at a time. */
  async here() {
    await this.session.switchTo().window(this.handle);
    return this.session;
  }

  async open(url) {
    await (await this.here()).get(url);
  }

  async reload() {
    await (await this.here()).navigate().refresh();
  }

  async back() {
    await (await this.here()).navigate().back();
  }

  async url() {
    return (await this.here()).getCurrentUrl();
  }

  async element(target, timeout = TIMEOUT) {
    const session = await this.here();
    const end = Date.now() + timeout;
    for (;;) {
      const element = await session.executeScript(`return (${locate})(arguments[0])`, toWire(target)).catch((error) => {
        if (Date.now() > end) throw error;
        return null;
      });
      if (element) return element;
      if (Date.now() > end) throw new Error(`webkit: no ${describe(target)}`);
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
    await element.clear();
    await element.sendKeys(text);
  }

  async text(target) {
    const element = await this.element(target);
    return this.session.executeScript('return arguments[0].innerText', element);
  }

  async waitUntil(fn, args = [], { timeout = TIMEOUT } = {}) {
    const end = Date.now() + timeout;
    for (;;) {
      const value = await this.evaluate(fn, ...args).catch((error) => {
        if (Date.now() > end) throw error;
      });
      if (value) return value;
      if (Date.now() > end) throw new Error(`webkit: not within ${timeout} ms: ${fn}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async chooseFile(target, file) {
    await (await this.element(target)).sendKeys(file);
  }

  async evaluate(fn, ...args) {
    const session = await this.here();
    const answer = await session.executeAsyncScript(
      `const done = arguments[arguments.length - 1];
       Promise.resolve().then(() => (${fn})(...JSON.parse(arguments[0])))
         .then((value) => done({ value }), (error) => done({ error: String(error) }));`,
      JSON.stringify(args),
    );
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  async evaluateInFrame(fn, ...args) {
    const session = await this.here();
    const frames = await session.executeScript('return window.length');
    if (frames === 0) throw new Error('webkit: the page has no frame');
    await session.switchTo().frame(frames - 1);
    try {
      return await session.executeScript(`return (${fn})(...JSON.parse(arguments[0]))`, JSON.stringify(args));
    } finally {
      await session.switchTo().defaultContent();
    }
  }

  async popup(action) {
    const before = new Set(await this.session.getAllWindowHandles());
    await action();
    const end = Date.now() + TIMEOUT;
    for (;;) {
      const opened = (await this.session.getAllWindowHandles()).find((handle) => !before.has(handle));
      if (opened) return new WebkitPage(this.session, opened, this.downloads);
      if (Date.now() > end) throw new Error('webkit: no window was opened');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async download(action) {
    await emptied(this.downloads);
    await action();
    return finishedDownload(this.downloads, '.wkdownload');
  }

  async screenshot(file) {
    const png = await (await this.here()).takeScreenshot();
    await writeFile(file, Buffer.from(png, 'base64'));
  }

  async close() {
    await (await this.here()).close();
  }

  /** The next page gets a session of its own; this one ends then. */
  async closeContext() {
    await this.open('about:blank');
  }
}
