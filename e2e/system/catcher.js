//! Owns the mail catcher of a run (`xtask catch`) and what the tests ask of it.

import { Service, binary } from './process.js';

export class Catcher {
  /** @param {import('./scratch.js').Scratch} scratch */
  static async start(scratch) {
    const service = new Service(binary('xtask'), ['catch', '--smtp', '0', '--web', '0'], { cwd: scratch.folder });
    scratch.defer(() => service.stop());
    const [, smtp] = await service.says(/^smtp 127\.0\.0\.1:(\d+)$/m);
    const [, web] = await service.says(/^web (http:\S+)$/m);
    return new Catcher(Number(smtp), web);
  }

  constructor(smtpPort, web) {
    this.smtpPort = smtpPort;
    this.web = web.replace(/\/$/, '');
  }

  async #get(path) {
    const answer = await fetch(`${this.web}${path}`);
    if (!answer.ok) throw new Error(`the catcher answers ${answer.status} to ${path}`);
    return answer;
  }

  /** @returns {Promise<{id: number, from: string, to: string[], subject: string}[]>} oldest first */
  async messages() {
    return (await this.#get('/messages.json')).json();
  }

  /** Id of the newest message, 0 for none: a mark to wait from. */
  async mark() {
    return (await this.messages()).at(-1)?.id ?? 0;
  }

  /**
   * The first message after `mark` that fits.
   * @param {{to?: string, subject?: RegExp, after?: number, timeout?: number}} wanted
   */
  async waitFor({ to, subject, after = 0, timeout = 15_000 }) {
    const end = Date.now() + timeout;
    for (;;) {
      const all = await this.messages();
      const found = all.find((mail) =>
        mail.id > after && (!to || mail.to.includes(to)) && (!subject || subject.test(mail.subject)));
      if (found) return found;
      if (Date.now() > end) {
        throw new Error(`no mail to ${to} with ${subject} after ${after}; there are ${JSON.stringify(all.slice(-5))}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** @returns {Promise<Buffer>} as it arrived */
  async raw(id) {
    return Buffer.from(await (await this.#get(`/messages/${id}.eml`)).arrayBuffer());
  }

  /** @returns {Promise<Buffer>} the decoded attachment of that name */
  async attachment(id, name) {
    return Buffer.from(await (await this.#get(`/messages/${id}/${encodeURIComponent(name)}`)).arrayBuffer());
  }
}
