//! Owns an authenticator in software (WebAuthn Level 2, ES256, attestation "none"): it can be cloned, and can say that it did not verify
//! the person.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;

export class Authenticator {
  /** @type {{id: Buffer, user: string, key: import('node:crypto').KeyPairKeyObjectResult, count: number}[]} */
  credentials = [];

  /** @param {{verifies?: boolean, counts?: boolean}} [options]  `counts`: it keeps a signature counter, as security keys do */
  constructor({ verifies = true, counts = true } = {}) {
    this.verifies = verifies;
    this.counts = counts;
  }

  /** The same secrets in another device, from here on apart. */
  clone() {
    const clone = new Authenticator(this);
    clone.credentials = this.credentials.map((credential) => ({ ...credential }));
    return clone;
  }

  /** `navigator.credentials.create`: the body of `PasskeyMakeFinish`. */
  make(options, origin) {
    const credential = { id: randomBytes(32), user: options.user, key: generateKeyPairSync('ec', { namedCurve: 'P-256' }), count: 0 };
    this.credentials.push(credential);
    const { x, y } = credential.key.publicKey.export({ format: 'jwk' });
    const cose = cbor(new Map([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, 'base64url')], [-3, Buffer.from(y, 'base64url')]]));
    const length = Buffer.alloc(2);
    length.writeUInt16BE(credential.id.length);
    const data = Buffer.concat([this.#data(options.rp_id, credential, ATTESTED), Buffer.alloc(16), length, credential.id, cose]);
    return {
      id: credential.id.toString('base64url'),
      client_data: clientData('webauthn.create', options, origin).toString('base64url'),
      attestation: cbor(new Map([['fmt', 'none'], ['attStmt', new Map()], ['authData', data]])).toString('base64url'),
    };
  }

  /** `navigator.credentials.get`: the body of `PasskeyUseFinish`. */
  use(options, origin) {
    const credential = this.credentials.at(-1);
    const data = this.#data(options.rp_id, credential, 0);
    const client = clientData('webauthn.get', options, origin);
    const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
    return {
      id: credential.id.toString('base64url'),
      client_data: client.toString('base64url'),
      authenticator_data: data.toString('base64url'),
      signature: sign('sha256', signed, credential.key.privateKey).toString('base64url'),
      user: credential.user,
    };
  }

  /** Section 6.1: SHA-256(RP id), flags, counter. */
  #data(rpId, credential, flags) {
    if (this.counts) credential.count += 1;
    const tail = Buffer.alloc(5);
    tail[0] = USER_PRESENT | flags | (this.verifies ? USER_VERIFIED : 0);
    tail.writeUInt32BE(credential.count, 1);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), tail]);
  }
}

/** Section 5.8.1. */
function clientData(type, { challenge }, origin) {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
}

/** As much of CBOR (RFC 8949) as an authenticator writes. */
function cbor(value) {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
}

function head(major, number) {
  if (number < 24) return Buffer.from([(major << 5) | number]);
  if (number < 256) return Buffer.from([(major << 5) | 24, number]);
  return Buffer.from([(major << 5) | 25, number >> 8, number & 255]);
}
