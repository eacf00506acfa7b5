//! Owns a real Postfix of the run's own: loopback only, configuration and queue in the run's folder, submission with STARTTLS
//! and a password, everything relayed to the catcher. Its daemons run as the user `postfix`.

import { existsSync } from 'node:fs';
import { appendFile, chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import net from 'node:net';
import { Service, run } from './process.js';
import { freePort } from './port.js';
import { startSasl } from './sasl.js';

const POSTFIX = '/usr/sbin/postfix';
/** Bytes of one mail: a message of 30 MB makes a carrier mail of some 42 MB. */
const MESSAGE_SIZE_LIMIT = 100_000_000;
export const ACCOUNT = { username: 'portal', password: 'only-for-this-run' };

/** Why Postfix cannot run here, or null. */
export function postfixMissing() {
  if (!existsSync(POSTFIX)) return 'Postfix is not installed';
  if (process.getuid() !== 0) return 'Postfix starts as root only; its daemons then change to their own user';
  return null;
}

/**
 * @param {import('./scratch.js').Scratch} scratch
 * @param {{certificate: string, key: string}} files
 * @param {number} catcherPort
 * @returns {Promise<{port: number, log: () => Promise<string>}>}
 */
export async function startPostfix(scratch, { certificate, key }, catcherPort) {
  const port = await freePort();
  const saslPort = await startSasl(scratch, ACCOUNT);
  const config = scratch.path('postfix');
  const queue = scratch.path('postfix-queue');
  const data = scratch.path('postfix-data');
  const log = scratch.path('postfix.log');
  await chmod(scratch.folder, 0o711); // the user `postfix` reaches its queue, but cannot list the folder
  for (const folder of [config, queue, data]) await mkdir(folder, { mode: 0o755 });
  const passwd = await readFile('/etc/passwd', 'utf8');
  const [, uid, gid] = passwd.match(/^postfix:[^:]*:(\d+):(\d+):/m);
  await chown(data, Number(uid), Number(gid));
  await writeFile(`${config}/main.cf`, `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = ${data}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${log}
maillog_file_prefixes = ${scratch.folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
default_transport = smtp:[127.0.0.1]:${catcherPort}
disable_dns_lookups = yes
smtp_tls_security_level = none
biff = no
message_size_limit = ${MESSAGE_SIZE_LIMIT}
mailbox_size_limit = 0
smtpd_tls_cert_file = ${certificate}
smtpd_tls_key_file = ${key}
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:${saslPort}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
`);
  const service = (name, type, priv, command, limit = '-') => `${name} ${type} ${priv} - n - ${limit} ${command}\n`;
  await writeFile(`${config}/master.cf`, [
    service(`127.0.0.1:${port}`, 'inet', 'n', 'smtpd'),
    service('cleanup', 'unix', 'n', 'cleanup', '0'),
    'qmgr unix n - n 300 1 qmgr\n',
    'tlsmgr unix - - n 1000? 1 tlsmgr\n',
    service('rewrite', 'unix', '-', 'trivial-rewrite'),
    service('bounce', 'unix', '-', 'bounce', '0'),
    service('defer', 'unix', '-', 'bounce', '0'),
    service('trace', 'unix', '-', 'bounce', '0'),
    service('verify', 'unix', '-', 'verify', '1'),
    'flush unix n - n 1000? 0 flush\n',
    service('proxymap', 'unix', '-', 'proxymap'),
    service('smtp', 'unix', '-', 'smtp'),
    service('relay', 'unix', '-', 'smtp'),
    service('error', 'unix', '-', 'error'),
    service('retry', 'unix', '-', 'error'),
    service('anvil', 'unix', '-', 'anvil', '1'),
    service('scache', 'unix', '-', 'scache', '1'),
    'postlog unix-dgram n - n - 1 postlogd\n',
  ].join(''));
  await appendFile(log, '');
  const master = new Service(POSTFIX, ['-c', config, 'start-fg']);
  scratch.defer(async () => {
    if (master.running) await run(POSTFIX, ['-c', config, 'stop']).catch(() => {});
    await master.stop();
  });
  await answering(master, port, log);
  return { port, log: () => readFile(log, 'utf8') };
}

async function answering(master, port, log) {
  for (let round = 0; round < 150; round += 1) {
    if (!master.running) break;
    const socket = net.connect(port, '127.0.0.1');
    const greeting = await Promise.race([once(socket, 'data'), once(socket, 'error')]).catch(() => []);
    socket.destroy();
    if (String(greeting[0]).startsWith('220')) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Postfix does not answer: ${master.output}${await readFile(log, 'utf8')}`);
}
