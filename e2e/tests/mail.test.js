//! Owns the carrier mail's way through a real mail server: what arrives is what was sealed.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFile } from 'node:fs/promises';
import { OTHER_RECIPIENT, RECIPIENT, large, small } from '../fixtures/messages.js';
import { envelopeOfPage } from '../leak/needles.js';
import { postfixMissing } from '../system/postfix.js';
import { deliver } from '../system/sealer.js';
import { System, headerOf } from '../system/system.js';

const missing = postfixMissing();

describe('through Postfix', { skip: missing ?? false }, () => {
  let system;
  before(async () => { system = await System.start(); }, { timeout: 60_000 });
  after(() => system?.stop());

  for (const [name, make] of Object.entries({ '1 KB': small, '30 MB': large })) {
    test(`the carrier mail of a ${name} message arrives with its attachment undamaged`, { timeout: 90_000 }, async () => {
      const fixture = await make();
      const sent = await system.send(fixture);
      const page = await readFile(sent.page);
      const arrivedRaw = await system.catcher.raw(sent.arrived);
      const lines = arrivedRaw.toString('latin1').split('\r\n');
      assert.ok(lines.every((line) => line.length <= 998), 'no line is longer than 998 octets (RFC 5322, 2.1.1)');
      assert.ok(arrivedRaw.every((byte) => byte < 128), 'the carrier is 7bit');
      assert.match(await system.postfix.log(), new RegExp(`to=<${RECIPIENT}>.*status=sent`), 'Postfix relayed it');

      // The envelope that arrived is byte for byte the one sealed, and opens offline with the saved release key.
      const envelope = envelopeOfPage(page.toString('latin1'));
      assert.ok(envelope.equals(envelopeOfPage(await readFile(sent.html, 'latin1'))), 'the envelope is undamaged');
      const opened = await system.sealer.openOffline(sent.page, sent.releaseKey);
      assert.equal(opened.code, 0, opened.stderr);
      assert.ok((await readFile(`${sent.page}.opened`)).equals(fixture.raw), 'what is opened is what was sealed');
    });
  }

  test('each recipient gets a carrier of their own, which names nothing of the message', { timeout: 60_000 }, async () => {
    const fixture = await small();
    const { carriers } = await system.sealer.seal(fixture.raw);
    assert.deepEqual(carriers.map(({ raw }) => [RECIPIENT, OTHER_RECIPIENT].find((to) => headerOf(raw, 'to').includes(to))).sort(),
      [RECIPIENT, OTHER_RECIPIENT].sort());
    for (const { raw } of carriers) {
      assert.ok(headerOf(raw, 'message-id'), 'it has a Message-ID');
      for (const secret of [fixture.subject, fixture.bodyMark, fixture.attachments[0].name]) {
        assert.ok(!raw.includes(secret), `${secret} is not in the carrier`);
      }
    }
  });

  test('a wrong password is refused, so the passcodes that arrive were really submitted with one', { timeout: 30_000 }, async () => {
    const from = 'ward@lindenhof.example';
    await assert.rejects(deliver({ ...system.mailServer, password: 'wrong' }, Buffer.from('Subject: x\r\n\r\nx\r\n'), RECIPIENT, from), /535|authentication/i);
  });
});
