//! Owns how the tests seal: the real `sealpost` binary against the run's portal, and the carrier mail on its way.

import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { attempt, binary, run } from './process.js';
import { ACCOUNT } from './postfix.js';

const SEAL_TIMEOUT = 120_000;

export class Sealer {
  #count = 0;

  /** @param {{scratch: import('./scratch.js').Scratch, origin: string, ca: string, token: string}} options */
  constructor({ scratch, origin, ca, token }) {
    this.scratch = scratch;
    this.origin = origin;
    this.ca = ca;
    this.token = token;
  }

  get #portal() {
    return ['--portal', this.origin, '--ca-file', this.ca];
  }

  /**
   * Seals and registers a message.
   * @param {Buffer} message RFC 5322
   * @param {string[]} [extra] further arguments
   * @returns {Promise<{id: string, folder: string, html: string, releaseKey: string, carriers: {file: string, raw: Buffer}[]}>}
   */
  async seal(message, extra = []) {
    this.#count += 1;
    const folder = this.scratch.path(`sealed-${this.#count}`);
    await mkdir(join(folder, 'carriers'), { recursive: true });
    const source = join(folder, 'message.eml');
    const html = join(folder, 'without-hint.html');
    const releaseKey = join(folder, 'release.key');
    await writeFile(source, message);
    const id = await run(binary('sealpost'), [
      'seal', source, ...this.#portal, '-o', join(folder, 'carriers'), '--html', html, '--save-release-key', releaseKey, ...extra,
    ], { env: { SEALPOST_TOKEN: this.token }, timeout: SEAL_TIMEOUT });
    const names = (await readdir(join(folder, 'carriers'))).filter((name) => name.endsWith('.eml')).sort();
    const carriers = await Promise.all(names.map(async (name) => {
      const file = join(folder, 'carriers', name);
      return { file, raw: await readFile(file) };
    }));
    return { id: id.trim(), folder, html, releaseKey, carriers };
  }

  /** `revoke`, `restore` or `status`. */
  async manage(verb, id, extra = []) {
    return run(binary('sealpost'), [verb, id, ...this.#portal, ...extra], { env: { SEALPOST_TOKEN: this.token } });
  }

  async inspect(file) {
    return run(binary('sealpost'), ['inspect', file]);
  }

  /** Decrypts offline. */
  async openOffline(file, releaseKey) {
    return attempt(binary('sealpost'), ['open', file, '--release-key', releaseKey, '-o', `${file}.opened`]);
  }
}

/**
 * Sends a carrier mail as it is.
 * @param {{port: number, ca?: string, secure: boolean, password?: string}} server  `secure`: STARTTLS and password, as Postfix wants them
 * @param {Buffer} raw
 * @param {string} to
 */
export async function deliver({ port, ca, secure, password = ACCOUNT.password }, raw, to, from = 'ward@lindenhof.example') {
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port,
    secure: false,
    ...(secure
      ? { requireTLS: true, tls: { ca, servername: 'localhost' }, auth: { user: ACCOUNT.username, pass: password } }
      : { ignoreTLS: true }),
  });
  try {
    return await transport.sendMail({ envelope: { from, to: [to] }, raw });
  } finally {
    transport.close();
  }
}
