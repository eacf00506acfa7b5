//! Owns the one account of the run's mail server: the server half of Dovecot's authentication protocol (version 1.1), as
//! far as Postfix asks for PLAIN. Postfix speaks it over loopback TCP.

import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * @param {import('./scratch.js').Scratch} scratch
 * @param {{username: string, password: string}} account
 * @returns {Promise<number>} the port
 */
export async function startSasl(scratch, { username, password }) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    socket.write(`VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t${process.pid}\nCUID\t${sockets.size}\nCOOKIE\t${'0'.repeat(32)}\nDONE\n`);
    let rest = '';
    socket.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        const [command, id, ...fields] = line.split('\t');
        if (command !== 'AUTH' && command !== 'CONT') continue;
        const response = command === 'CONT' ? fields[0] : fields.find((field) => field.startsWith('resp='))?.slice(5);
        if (response === undefined) {
          socket.write(`CONT\t${id}\t\n`);
          continue;
        }
        // RFC 4616: authorisation identity, NUL, user, NUL, password
        const [, user, given] = Buffer.from(response, 'base64').toString().split('\0');
        socket.write(user === username && given === password ? `OK\t${id}\tuser=${user}\n` : `FAIL\t${id}\tuser=${user}\n`);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scratch.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server.address().port;
}
