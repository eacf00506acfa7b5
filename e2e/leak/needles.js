//! Owns what must not leave: it derives, from an envelope and its release key, everything that the portal must never see.
//! The derivation is written again here, from design.md, so that the test does not trust the code under test.

import { hkdfSync } from 'node:crypto';

const MAGIC = 'SEALPOST';
const TINK_HEADER = 40;
const PIECE = 24;

/**
 * Takes an envelope apart (design.md, Envelope, version 1).
 * @param {Buffer} envelope
 */
export function takeApart(envelope) {
  if (envelope.toString('latin1', 0, 8) !== MAGIC || envelope[8] !== 1) throw new Error('not an envelope, version 1');
  const headerLength = envelope.readUInt32BE(9);
  const preamble = envelope.subarray(0, 13 + headerLength);
  const header = JSON.parse(preamble.toString('utf8', 13));
  const segments = envelope.readUInt32BE(envelope.length - 4);
  const trailer = envelope.subarray(envelope.length - 4 - 32 * segments);
  const stream = envelope.subarray(preamble.length, envelope.length - trailer.length);
  return { header, preamble, stream, trailer, segments };
}

/** The envelope inside an attachment page, either form. */
export function envelopeOfPage(html) {
  const link = html.match(/<a id="sealpost-link"[^>]*?href="[^"#]*#1\.([^".]*)/);
  const pre = html.match(/<pre id="sealpost-envelope" hidden>([^<]*)<\/pre>/);
  const text = (link ?? pre)?.[1];
  if (!text) throw new Error('no envelope in the page');
  return Buffer.from(text.replace(/\s+/g, ''), 'base64url');
}

/**
 * @param {Buffer} envelope
 * @param {Buffer} saved  `release_key ‖ digest`, as `--save-release-key` writes it
 * @returns {Record<string, Buffer>}
 */
export function cryptographicNeedles(envelope, saved) {
  const { header, preamble, stream, trailer } = takeApart(envelope);
  const id = Buffer.from(header.id, 'base64url');
  const secret = Buffer.from(header.secret, 'base64url');
  const ikm = Buffer.concat([saved.subarray(0, 32), secret]);
  const derive = (info) => Buffer.from(hkdfSync('sha256', ikm, id, info, 32));
  const content = derive('sealpost/1 content');
  const commit = derive('sealpost/1 commit');
  if (!commit.equals(Buffer.from(header.commit, 'base64url'))) {
    throw new Error('the commitment does not fit: the needles would be the wrong ones');
  }
  const segmentKey = Buffer.from(hkdfSync('sha256', content, stream.subarray(1, 33), preamble, 32));
  const piece = (start) => stream.subarray(start, start + PIECE);
  return {
    'envelope secret': secret,
    'content key': content,
    'segment key': segmentKey,
    'commitment': commit,
    'stream header': stream.subarray(0, TINK_HEADER),
    'ciphertext, start': piece(TINK_HEADER),
    'ciphertext, middle': piece(Math.floor(stream.length / 2)),
    'ciphertext, end': piece(stream.length - PIECE),
    'hash of a segment': trailer.subarray(0, 32),
  };
}
