//! Owns the app's sentences about signing in and of the person's own page, read from their catalogues.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../process.js';

/** Sentences without arguments, by name; a name that the catalogue does not have is an error. */
function catalogue(file) {
  const source = readFileSync(join(CHECKOUT, 'frontend', 'src', 'words', file), 'utf8');
  const all = Object.fromEntries([...source.matchAll(/^ {4}(\w+) =\s+"((?:[^"\\]|\\.)*)";$/gm)].map(([, name, text]) => [name, text.replaceAll('\\"', '"')]));
  return new Proxy(all, {
    get(sentences, name) {
      if (!(name in sentences)) throw new Error(`frontend/src/words/${file} has no sentence ${String(name)}`);
      return sentences[name];
    },
  });
}

export const signInWords = catalogue('sign_in.rs');
export const meWords = catalogue('me.rs');

/** What the app says when a sign-in fails. */
export const refusals = {
  cancelled: 'The sign-in was not completed',
  refused: 'The sign-in could not be verified',
  expired: 'The sign-in took too long',
  unavailable: 'This sign-in is out of reach at the moment',
  otherAccount: 'This account is not the one for this address',
  passkeyRefused: 'This passkey did not work',
  envelopeGone: 'You are signed in, but this tab has lost the message',
};
