//! Owns the canary: a server on loopback that counts who calls. Nothing of Sealpost may call it.

import { once } from 'node:events';
import { createServer } from 'node:http';

export class Canary {
  /** @type {string[]} paths that were asked for */
  calls = [];
  /** @type {Record<string, string>} pages it serves itself */
  pages = {};
  #server;

  /** @param {import('./scratch.js').Scratch} scratch */
  static async start(scratch) {
    const canary = new Canary();
    canary.#server = createServer((request, response) => {
      const page = canary.pages[request.url];
      if (page === undefined) canary.calls.push(request.url);
      response.setHeader('content-type', page === undefined ? 'text/plain' : 'text/html; charset=utf-8');
      response.end(page ?? '');
    });
    canary.#server.listen(0, '127.0.0.1');
    await once(canary.#server, 'listening');
    scratch.defer(() => {
      canary.#server.closeAllConnections();
      canary.#server.close();
    });
    return canary;
  }

  get origin() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }
}
