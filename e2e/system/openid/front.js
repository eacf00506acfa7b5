//! Owns the HTTPS server that a provider of the run stands behind: the run's certificate, on 127.0.0.1. The portal is at `localhost`, so
//! that browsers take the two for different sites, as they are in the world, and SameSite means what it says.

import { once } from 'node:events';
import https from 'node:https';

export class Front {
  #server;
  /** @type {{method: string, path: string}[]} what was asked, without queries */
  calls = [];

  /**
   * @param {import('../scratch.js').Scratch} scratch
   * @param {{certificate: Buffer, key: Buffer}} pem
   */
  static async start(scratch, pem) {
    const front = new Front();
    front.#server = https.createServer({ cert: pem.certificate, key: pem.key }, (request, response) => {
      front.calls.push({ method: request.method, path: request.url.split('?')[0] });
      front.handler(request, response);
    });
    front.#server.on('tlsClientError', () => {});
    await front.#listen(0);
    scratch.defer(() => front.close());
    return front;
  }

  /** What answers; set by who stands behind the front. */
  handler = (_request, response) => response.writeHead(503).end();

  async #listen(port) {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
  }

  get origin() {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Nobody answers any more. */
  async close() {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** In reach again, at the same origin. */
  async reopen() {
    await this.#listen(this.port);
  }
}

/** The whole body of a request, as text. */
export async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
