//! Owns a Sealpost with accounts: a whole one (system.js) whose portal knows providers, and what tests of signing in ask of it.

import { hkdfSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import https from 'node:https';
import { SENDER_DOMAIN, small } from '../../fixtures/messages.js';
import { envelopeOfPage, takeApart } from '../../leak/needles.js';
import { Catcher } from '../catcher.js';
import { makeCertificate } from '../certificate.js';
import { Portal } from '../portal.js';
import { Scratch } from '../scratch.js';
import { Sealer } from '../sealer.js';
import { System } from '../system.js';
import { Tap } from '../tap.js';
import * as accounts from './accounts.js';
import { Forger } from './forger.js';
import { MICROSOFT_TEMPLATE, makeClient, startProvider } from './provider.js';
import { Visitor } from './visitor.js';

const TENANTS = `tenants = [{ id = "${accounts.CONTOSO}", domains = ["contoso.example"] }]`;
/** The certified providers: how the portal is told of each, and who has an account there. */
const CERTIFIED = {
  google: { issuer: 'https://accounts.google.com', accounts: accounts.google, toml: 'kind = "google"' },
  microsoft: {
    issuer: MICROSOFT_TEMPLATE,
    accounts: accounts.microsoft,
    toml: `kind = "microsoft"\n${TENANTS}`,
  },
  personal: { issuer: MICROSOFT_TEMPLATE.replace('{tenantid}', accounts.CONSUMERS), accounts: accounts.microsoft, toml: 'kind = "microsoft-consumer"' },
  work: { issuer: MICROSOFT_TEMPLATE, accounts: accounts.microsoft, toml: `kind = "microsoft-work"\n${TENANTS}` },
  hospital: {
    issuer: 'https://id.hospital.example',
    accounts: accounts.hospital,
    toml: 'kind = "openid"\nissuer = "https://id.hospital.example"\nlabel = "Hospital"\nicon = "organisation"\ndomains = ["hospital.example"]',
  },
};
/** Providers that answer as they are told. `clinic` says who answers (RFC 9207), `practice` does not. */
const FORGED = {
  clinic: { issuer: 'https://id.clinic.example', sendsIss: true },
  practice: { issuer: 'https://id.practice.example', sendsIss: false },
  tenants: { issuer: MICROSOFT_TEMPLATE, sendsIss: false, toml: `kind = "microsoft"\n${TENANTS}` },
};

export class AccountSystem extends System {
  /** @type {Record<string, object>} by id in portal.toml */
  providers = {};

  /** @param {{providers?: string[], rules?: string}} [options]  ids of the above; further TOML */
  static async start({ providers = ['google', 'microsoft', 'hospital'], rules = '' } = {}) {
    const scratch = await Scratch.create();
    try {
      const system = new AccountSystem();
      system.scratch = scratch;
      system.certificate = await makeCertificate(scratch);
      system.catcher = await Catcher.start(scratch);
      system.mailServer = { port: system.catcher.smtpPort, secure: false };
      system.tap = new Tap(system.certificate.pem);
      await system.tap.listen();
      scratch.defer(() => system.tap.close());
      let toml = '';
      for (const id of providers) toml += await system.#provider(id);
      system.portal = await Portal.start(scratch, {
        origin: system.tap.origin,
        senderDomain: SENDER_DOMAIN,
        mail: `[mail]
host = "127.0.0.1"
port = ${system.mailServer.port}
security = "none"
from = "Lindenhof Clinic <no-reply@lindenhof.example>"
${toml}${rules}`,
      });
      system.tap.forwardTo(system.portal.address);
      system.sealer = new Sealer({ scratch, origin: system.tap.origin, ca: system.certificate.ca, token: system.portal.token });
      system.agent = new https.Agent({ keepAlive: true, ca: await readFile(system.certificate.ca) });
      scratch.defer(() => system.agent.destroy());
      return system;
    } catch (error) {
      await scratch.dispose();
      throw error;
    }
  }

  /** Starts a provider. @returns {Promise<string>} its section in portal.toml */
  async #provider(id) {
    const { scratch, certificate } = this;
    const client = makeClient(this.tap.origin, `sealpost-at-${id}`);
    const { issuer, accounts: people, toml, sendsIss } = CERTIFIED[id] ?? FORGED[id];
    this.providers[id] = CERTIFIED[id]
      ? await startProvider(scratch, certificate.pem, { name: id, issuer, accounts: people, client })
      : await Forger.start(scratch, certificate.pem, { issuer, client, sendsIss });
    return `[[provider]]
id = "${id}"
${toml ?? `kind = "openid"\nissuer = "${issuer}"\nlabel = "${id}"\ndomains = ["${id}.example"]`}
client_id = "${client.id}"
client_secret = "${client.secret}"
ca_file = "${certificate.ca}"
discovery = "${this.providers[id].discovery}"
`;
  }

  /** A browser without pages. */
  visitor() {
    return new Visitor({ origin: this.origin, agent: this.agent });
  }

  /** Seals a message to one address; nothing is mailed. @returns {Promise<{id: string, tag: string}>} what shows that one holds it */
  async possession(to) {
    const { raw } = await small();
    const { html } = await this.sealer.seal(raw, ['--to', to]);
    const { header } = takeApart(envelopeOfPage(await readFile(html, 'latin1')));
    const tag = hkdfSync('sha256', Buffer.from(header.secret, 'base64url'), Buffer.from(header.id, 'base64url'), 'sealpost/1 possession', 32);
    return { id: header.id, tag: Buffer.from(tag).toString('base64url') };
  }

  /** Seals a message to one address and mails it. @returns {Promise<{fixture: object, saved: string, origin: string}>} for the ways in */
  async message(to) {
    const fixture = { ...await small(), to };
    const { page } = await this.send(fixture, ['--to', to]);
    return { fixture, saved: page, origin: this.origin };
  }

  /** Proves an address by a mailed code. */
  async prove(visitor, possession, address, keep = false) {
    const mark = await this.catcher.mark();
    const asked = await visitor.challenge(possession, address);
    if (asked.status !== 200) throw new Error(`challenge: ${asked.status} ${asked.text}`);
    const { code } = await this.code(address, mark);
    return visitor.verify(possession, address, code, keep);
  }
}
