//! Owns the portal of a run: the real binary, configured by a file, behind the tap.

import { appendFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { CHECKOUT, Service, binary, run } from './process.js';

export const OPERATOR = 'Lindenhof Clinic';
const TOKEN_NAME = 'Lindenhof Clinic, Patient Office';

export class Portal {
  #service;

  /**
   * @param {import('./scratch.js').Scratch} scratch
   * @param {{origin: string, mail: string, senderDomain: string}} options  `mail` is the `[mail]` section
   */
  static async start(scratch, { origin, mail, senderDomain }) {
    const portal = new Portal(scratch);
    await run(binary('sealpost-portal'), ['master-key', 'create', scratch.path('master.key')]);
    await writeFile(portal.config, `origin = "${origin}"
name = "${OPERATOR}"
privacy_contact = "privacy@lindenhof.example"
postal_address = ["${OPERATOR}", "1 Linden Way", "Example City"]
support_contact = "help@lindenhof.example"
master_key_file = "${scratch.path('master.key')}"
[listen]
portal = "127.0.0.1:0"
admin = "127.0.0.1:0"
[proxy]
trusted = ["127.0.0.1"]
[database]
file = "${scratch.path('sealpost.db')}"
${mail}[log]
level = "debug"
`);
    portal.token = (await portal.command('token', 'create', '--name', TOKEN_NAME, '--domain', senderDomain)).trim();
    await portal.serve();
    scratch.defer(() => portal.stop());
    return portal;
  }

  constructor(scratch) {
    this.scratch = scratch;
    this.config = scratch.path('portal.toml');
    this.logs = '';
  }

  /** Runs another command of the portal's binary with the same configuration. */
  async command(...args) {
    return run(binary('sealpost-portal'), [...args, '--config', this.config], { cwd: CHECKOUT });
  }

  async serve() {
    this.#service = new Service(binary('sealpost-portal'), ['serve', '--config', this.config], { cwd: CHECKOUT });
    const [line] = await this.#service.says(/^\{.*"listening".*\}$/m);
    const { portal, admin } = flat(JSON.parse(line));
    this.address = portal;
    this.admin = admin;
  }

  /** Everything it logged, over restarts. */
  log() {
    return this.logs + (this.#service?.output ?? '');
  }

  async stop(signal) {
    if (!this.#service) return;
    await this.#service.stop(signal);
    this.logs += this.#service.output;
    if (process.env.SEALPOST_KEEP) appendFileSync(this.scratch.path('portal.log'), this.#service.output);
    this.#service = null;
  }

  /** Contents of the database file and of its companions (write-ahead log, shared memory, journal). */
  async databaseFiles() {
    const names = (await readdir(this.scratch.folder)).filter((name) => name.startsWith('sealpost.db'));
    return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(this.scratch.path(name)) })));
  }

  /**
   * Lets the expiry date of a message pass: no test waits for a day.
   * @param {string} id base64url
   */
  async expire(id) {
    await this.#change("UPDATE message SET expires = strftime('%s', 'now') - 60 WHERE id = ?", id);
  }

  /** Takes every recipient off a message, as if it had never been sent to them. */
  async removeRecipients(id) {
    await this.#change('DELETE FROM recipient WHERE message_id = ?', id);
  }

  /** Changes the database behind the running portal. Python brings SQLite with it, Node 20 does not. */
  async #change(statement, id) {
    const program = `
import base64, sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=10)
with database:
    done = database.execute(sys.argv[2], (base64.urlsafe_b64decode(sys.argv[3] + "=="),))
assert done.rowcount > 0, done.rowcount
`;
    await run('python3', ['-c', program, this.scratch.path('sealpost.db'), statement, id]);
  }
}

/** A log line with the fields beside the message or nested under `fields`. */
function flat(line) {
  return { ...line, ...line.fields };
}
