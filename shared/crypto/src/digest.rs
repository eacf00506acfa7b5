//! Owns the digest that binds a release to one ciphertext: without it a co-recipient, who has the content key, could seal
//! other content under the same id.

use sealpost_api::Digest;
use sha2::{Digest as _, Sha256};

/// `SHA-256("sealpost/1 digest" ‖ preamble ‖ stream header (40 bytes) ‖ trailer)`.
///
/// The preamble has its own length inside, the stream header is of fixed length: the concatenation is unambiguous.
#[must_use]
pub fn digest(preamble: &[u8], stream_header: &[u8; 40], trailer: &[u8]) -> Digest {
    let hash = Sha256::new()
        .chain_update(b"sealpost/1 digest")
        .chain_update(preamble)
        .chain_update(stream_header)
        .chain_update(trailer)
        .finalize();
    Digest::new(hash.into())
}
