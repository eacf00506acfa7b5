//! Owns the proof that the leak search finds what it looks for, form by form, without any part of Sealpost running.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { formsOf } from '../leak/forms.js';
import { search } from '../leak/search.js';

const NEEDLES = {
  'text': Buffer.from('Befund Ärztin 7Q-marker'),
  'key': Buffer.from('00ff10fb3e7c0aef9988776655443322110a0d2b2f3d7f80c1e2a3b4c5d6e7f8', 'hex'),
  'random': randomBytes(24),
};

/** What another program would write, made by means other than those of the search. */
const WRITERS = {
  'raw': (bytes) => bytes,
  'base64': (bytes) => Buffer.from(bytes.toString('base64')),
  'base64url': (bytes) => Buffer.from(bytes.toString('base64url')),
  'hex': (bytes) => Buffer.from([...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')),
  'HEX': (bytes) => Buffer.from([...bytes].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')),
  'percent of every byte': (bytes) => Buffer.from([...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')),
  'JSON list of numbers': (bytes) => Buffer.from(JSON.stringify([...bytes])),
};

for (const [name, needle] of Object.entries(NEEDLES)) {
  for (const [writer, write] of Object.entries(WRITERS)) {
    test(`finds a ${name} needle written as ${writer}, whatever stands around it`, () => {
      for (const before of [0, 1, 2, 3]) {
        for (const after of [0, 1, 2, 3]) {
          const body = Buffer.concat([randomBytes(before), needle, randomBytes(after)]);
          const request = Buffer.concat([Buffer.from('POST / HTTP/1.1\r\n\r\n{"x":"'), write(body), Buffer.from('"}')]);
          assert.notDeepEqual(search([{ name: 'request', bytes: request }], { [name]: needle }), [], `${before} before, ${after} after`);
        }
      }
    });
  }
}

test('finds text written as UTF-16 in either byte order, and as encodeURIComponent writes it', () => {
  const text = NEEDLES.text.toString();
  const little = Buffer.from(`x${text}y`, 'utf16le');
  const big = Buffer.from(little).swap16();
  const written = { 'utf-16le': little, 'utf-16be': big, 'PERCENT, where needed': Buffer.from(encodeURIComponent(text)) };
  for (const [form, bytes] of Object.entries(written)) {
    const finds = search([{ name: 'request', bytes }], NEEDLES);
    assert.ok(finds.some((find) => find.needle === 'text' && find.form === form), form);
  }
});

test('finds nothing where nothing was planted', () => {
  assert.deepEqual(search([{ name: 'noise', bytes: randomBytes(1_000_000) }], NEEDLES), []);
});

test('refuses a needle so short that chance would find it', () => {
  assert.throws(() => formsOf(Buffer.from('short')), RangeError);
});
