//! Owns how keys are derived (HKDF-SHA256, RFC 5869; all labels ASCII, salt = message id).

use sealpost_api::{MessageId, PossessionHash, PossessionTag};
use sealpost_envelope::{EnvelopeSecret, Preamble};
use zeroize::ZeroizeOnDrop;

use crate::{OpenError, release::ReleasedKey, stream::SegmentKey};

/// `HKDF(salt = id, envelope_secret, info = "sealpost/1 possession", 32)`.
#[must_use]
pub fn possession_tag(id: &MessageId, secret: &EnvelopeSecret) -> PossessionTag {
    let _ = (id, secret);
    unimplemented!()
}

/// `SHA-256(tag)`: what the sealer registers.
#[must_use]
pub fn possession_hash(tag: &PossessionTag) -> PossessionHash {
    let _ = tag;
    unimplemented!()
}

/// `HKDF(salt = id, release_key ‖ envelope_secret, info = "sealpost/1 content", 32)`: Tink's `key_value`.
///
/// Exists only where digest and commitment fit the envelope.
#[derive(ZeroizeOnDrop)]
pub struct ContentKey([u8; 32]);

impl ContentKey {
    /// Checks that the released digest is that of this envelope, derives commitment and content key, and compares the
    /// commitment (GCM does not commit to its key). Both comparisons in constant time.
    ///
    /// `stream_header` is Tink's 40 bytes, `trailer` the exact trailer bytes.
    ///
    /// # Errors
    /// [`OpenError`] for a wrong digest, secret or release key.
    pub fn derive(
        preamble: &Preamble,
        stream_header: &[u8; 40],
        trailer: &[u8],
        released: ReleasedKey,
    ) -> Result<Self, OpenError> {
        let _ = (preamble, stream_header, trailer, released);
        unimplemented!()
    }

    /// `HKDF(salt = stream salt, content_key, info = associated data, 32)`, with the nonce prefix: Tink's per-stream key.
    ///
    /// # Errors
    /// [`OpenError`] where the stream header does not start with `0x28`.
    pub fn segment_key(
        &self,
        preamble: &Preamble,
        stream_header: &[u8; 40],
    ) -> Result<SegmentKey, OpenError> {
        let _ = (preamble, stream_header);
        unimplemented!()
    }
}
