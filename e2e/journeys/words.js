//! Owns the app's sentences as the tests know them: read from the one catalogue, frontend/src/words.rs.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../system/process.js';

const source = readFileSync(join(CHECKOUT, 'frontend', 'src', 'words.rs'), 'utf8');

/** Sentences without arguments, by name. A name that the catalogue does not have is an error. */
export const words = new Proxy(
  Object.fromEntries([...source.matchAll(/^ {4}(\w+) = "((?:[^"\\]|\\.)*)";$/gm)].map(([, name, text]) => [name, text.replaceAll('\\"', '"')])),
  {
    get(all, name) {
      if (!(name in all)) throw new Error(`frontend/src/words.rs has no sentence ${String(name)}`);
      return all[name];
    },
  },
);

/** Titles of the screens that say what went wrong. */
export const titles = {
  notAnEnvelope: 'There is no sealed message in this',
  damaged: 'This message is damaged',
  newer: 'This message needs a newer version of Sealpost',
  tooLarge: 'This is too large for a sealed message',
  cutOff: 'The end of the message is missing',
  otherPortal: 'This message belongs to another portal',
  notARecipient: 'This message was not sent to your address',
  revoked: 'The sender withdrew this message',
  expired: 'This message has expired',
  wrongCode: /^This passcode is not right/,
  deadCode: 'This passcode no longer works',
  usedUp: 'Too many wrong tries',
  unreachable: 'The portal cannot be reached',
  sessionOver: 'Your session is over',
  attachmentDamaged: 'This attachment is damaged',
};
