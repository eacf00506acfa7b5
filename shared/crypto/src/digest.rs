//! Owns the digest that binds a release to one ciphertext: without it a co-recipient, who has the content key, could seal
//! other content under the same id.

use sealpost_api::Digest;

/// `SHA-256("sealpost/1 digest" ‖ preamble ‖ stream header (40 bytes) ‖ trailer)`.
#[must_use]
pub fn digest(preamble: &[u8], stream_header: &[u8; 40], trailer: &[u8]) -> Digest {
    let _ = (preamble, stream_header, trailer);
    unimplemented!()
}
