//! Owns a whole Sealpost of the run's own: catcher, Postfix, tap, portal and sealer, started together and stopped together.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Catcher } from './catcher.js';
import { makeCertificate } from './certificate.js';
import { Portal } from './portal.js';
import { ACCOUNT, postfixMissing, startPostfix } from './postfix.js';
import { Scratch } from './scratch.js';
import { Sealer, deliver } from './sealer.js';
import { Tap } from './tap.js';
import { SENDER_DOMAIN } from '../fixtures/messages.js';

const CODE = /\b(\d{4})[ \u00a0-]?(\d{4})\b/;

export class System {
  /** @param {{postfix?: boolean}} [options] without Postfix, mail goes to the catcher directly */
  static async start({ postfix = true } = {}) {
    const scratch = await Scratch.create();
    try {
      const system = new System();
      system.scratch = scratch;
      system.certificate = await makeCertificate(scratch);
      system.catcher = await Catcher.start(scratch);
      const ca = await readFile(system.certificate.ca, 'utf8');
      if (postfix && !postfixMissing()) {
        system.postfix = await startPostfix(scratch, system.certificate, system.catcher.smtpPort);
        system.mailServer = { port: system.postfix.port, ca, secure: true };
      } else {
        system.mailServer = { port: system.catcher.smtpPort, secure: false };
      }
      system.tap = new Tap(system.certificate.pem);
      await system.tap.listen();
      scratch.defer(() => system.tap.close());
      system.portal = await Portal.start(scratch, {
        origin: system.tap.origin,
        senderDomain: SENDER_DOMAIN,
        mail: await system.#mailSection(),
      });
      system.tap.forwardTo(system.portal.address);
      system.sealer = new Sealer({ scratch, origin: system.tap.origin, ca: system.certificate.ca, token: system.portal.token });
      return system;
    } catch (error) {
      await scratch.dispose();
      throw error;
    }
  }

  get origin() {
    return this.tap.origin;
  }

  async #mailSection() {
    const from = 'from = "Lindenhof Clinic <no-reply@lindenhof.example>"\n';
    if (!this.mailServer.secure) {
      return `[mail]\nhost = "127.0.0.1"\nport = ${this.mailServer.port}\nsecurity = "none"\n${from}`;
    }
    const password = this.scratch.path('mail.password');
    await writeFile(password, `${ACCOUNT.password}\n`, { mode: 0o600 });
    return `[mail]
host = "localhost"
port = ${this.mailServer.port}
security = "starttls"
username = "${ACCOUNT.username}"
password_file = "${password}"
ca_file = "${this.certificate.ca}"
${from}`;
  }

  /**
   * Seals a message and sends its carrier to `to` through the mail server; saves the attachment page that arrived.
   * @param {{raw: Buffer, to: string}} message
   * @returns {Promise<object>} what `seal` gives, with `page` (the saved message.html), `arrived` (the mail's id in the catcher) and `carrier`
   */
  async send(message, extra = []) {
    const sealed = await this.sealer.seal(message.raw, extra);
    const carrier = sealed.carriers.find(({ raw }) => headerOf(raw, 'to').includes(message.to)) ?? sealed.carriers[0];
    const mark = await this.catcher.mark();
    await deliver(this.mailServer, carrier.raw, message.to);
    const arrived = await this.catcher.waitFor({ to: message.to, after: mark, timeout: 30_000 });
    const page = join(sealed.folder, 'message.html');
    await writeFile(page, await this.catcher.attachment(arrived.id, 'message.html'));
    return { ...sealed, page, arrived: arrived.id, carrier };
  }

  /**
   * The code in the first mail to `to` after `mark`, as a person reads it.
   * @returns {Promise<{code: string, subject: string, raw: string}>}
   */
  async code(to, mark) {
    const mail = await this.catcher.waitFor({ to, after: mark });
    const raw = (await this.catcher.raw(mail.id)).toString('utf8');
    const body = raw.slice(raw.search(/\r?\n\r?\n/));
    const digits = body.match(CODE) ?? mail.subject.match(CODE);
    if (!digits) throw new Error(`no code in ${raw}`);
    return { code: digits[1] + digits[2], subject: mail.subject, raw };
  }

  async stop() {
    await this.scratch.dispose();
  }
}

/** The first header of that name, unfolded; empty where there is none. */
export function headerOf(raw, name) {
  const head = raw.subarray(0, 65_536).toString('utf8').split(/\r?\n\r?\n/, 1)[0];
  const found = head.match(new RegExp(`^${name}:((?:.*)(?:\\r?\\n[ \\t].*)*)`, 'im'));
  return found ? found[1].replace(/\r?\n[ \t]+/g, ' ').trim() : '';
}
