//! Owns the tap: it ends TLS with the run's certificate in front of the portal, keeps every decrypted byte that goes to the
//! portal, and passes it on over loopback. Nothing reaches the portal but through it.

import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

export class Tap {
  #server;
  #sockets = new Set();
  #target = null;
  /** @type {Buffer[][]} pieces by connection, so that nothing hides on the border of two pieces */
  #connections = [];

  /** @param {{certificate: Buffer, key: Buffer}} pem */
  constructor(pem) {
    this.#server = tls.createServer({ cert: pem.certificate, key: pem.key, ALPNProtocols: ['http/1.1'] }, (client) => this.#pass(client));
    this.#server.on('tlsClientError', () => {}); // browsers open connections that they then do not use
  }

  /** @returns {Promise<number>} the port */
  async listen(port = 0) {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
    return this.port;
  }

  get origin() {
    return `https://localhost:${this.port}`;
  }

  /** Where requests go: `host:port`. */
  forwardTo(address) {
    const [host, port] = address.split(':');
    this.#target = { host, port: Number(port) };
  }

  #pass(client) {
    const pieces = [];
    this.#connections.push(pieces);
    const portal = net.connect(this.#target);
    for (const socket of [client, portal]) {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => { client.destroy(); portal.destroy(); });
    }
    client.on('data', (piece) => pieces.push(piece));
    client.pipe(portal).pipe(client);
  }

  /** What reached the portal so far, a buffer for each connection. */
  recorded() {
    return this.#connections.map((pieces) => Buffer.concat(pieces)).filter((bytes) => bytes.length > 0);
  }

  forget() {
    for (const pieces of this.#connections) pieces.length = 0;
  }

  /** Cuts every connection and accepts no other: the portal is out of reach. */
  async close() {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  /** In reach again, at the same origin. */
  async reopen() {
    await this.listen(this.port);
  }
}
