//! Owns the certificate authority of one run and its certificate for localhost, made by `openssl`.

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const EXTENSIONS = `basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
`;

/**
 * @param {import('./scratch.js').Scratch} scratch
 * @returns {Promise<{ca: string, certificate: string, key: string, pem: {certificate: Buffer, key: Buffer}}>} file names and contents
 */
export async function makeCertificate(scratch) {
  const ca = scratch.path('ca.pem');
  const certificate = scratch.path('localhost.pem');
  const key = scratch.path('localhost.key');
  const openssl = (...args) => run('openssl', args, { cwd: scratch.folder });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', ca, '-days', '2', '-subj', '/CN=Sealpost test CA',
    '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign');
  await openssl('req', ...curve, '-keyout', key, '-out', 'localhost.csr', '-subj', '/CN=localhost');
  await writeFile(scratch.path('extensions.cnf'), EXTENSIONS);
  await openssl('x509', '-req', '-in', 'localhost.csr', '-CA', ca, '-CAkey', 'ca.key', '-CAcreateserial', '-out', certificate,
    '-days', '2', '-extfile', 'extensions.cnf');
  return { ca, certificate, key, pem: { certificate: await readFile(certificate), key: await readFile(key) } };
}
