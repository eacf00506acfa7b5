//! Owns how keys are derived (HKDF-SHA256, RFC 5869; all labels ASCII, salt = message id).

use hkdf::Hkdf;
use sealpost_api::{MessageId, PossessionHash, PossessionTag, ReleaseKey};
use sealpost_envelope::{EnvelopeSecret, Preamble};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{OpenError, digest, release::ReleasedKey, stream::SegmentKey};

/// `HKDF(salt = id, envelope_secret, info = "sealpost/1 possession", 32)`.
#[must_use]
pub fn possession_tag(id: &MessageId, secret: &EnvelopeSecret) -> PossessionTag {
    let tag = expand(
        &Hkdf::new(Some(id.as_bytes()), secret.expose()),
        b"sealpost/1 possession",
    );
    PossessionTag::new(*tag)
}

/// `SHA-256(tag)`: what the sealer registers.
#[must_use]
pub fn possession_hash(tag: &PossessionTag) -> PossessionHash {
    PossessionHash::new(Sha256::digest(tag.as_bytes()).into())
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
    #[expect(
        clippy::needless_pass_by_value,
        reason = "taken, so that it is erased here: a release opens one envelope"
    )]
    pub fn derive(
        preamble: &Preamble,
        stream_header: &[u8; 40],
        trailer: &[u8],
        released: ReleasedKey,
    ) -> Result<Self, OpenError> {
        let digest = digest::digest(preamble.bytes(), stream_header, trailer);
        if !bool::from(digest.as_bytes().ct_eq(released.digest.as_bytes())) {
            return Err(OpenError);
        }
        let header = preamble.header();
        let (content_key, commit) = Self::make(&header.id, &released.release_key, &header.secret);
        if !bool::from(commit.ct_eq(&header.commit)) {
            return Err(OpenError);
        }
        Ok(content_key)
    }

    /// The content key and `HKDF(salt = id, release_key ‖ envelope_secret, info = "sealpost/1 commit", 32)`.
    pub(crate) fn make(
        id: &MessageId,
        release_key: &ReleaseKey,
        secret: &EnvelopeSecret,
    ) -> (Self, [u8; 32]) {
        let mut ikm = Zeroizing::new([0; 64]);
        ikm[..32].copy_from_slice(release_key.as_bytes());
        ikm[32..].copy_from_slice(secret.expose());
        let hkdf = Hkdf::new(Some(id.as_bytes()), ikm.as_slice());
        let content_key = Self(*expand(&hkdf, b"sealpost/1 content"));
        (content_key, *expand(&hkdf, b"sealpost/1 commit"))
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
        SegmentKey::derive(&self.0, preamble.bytes(), stream_header)
    }
}

/// `HKDF-Expand(info, 32)`.
pub(crate) fn expand(hkdf: &Hkdf<Sha256>, info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    hkdf.expand(info, key.as_mut())
        .expect("32 bytes are one block of SHA-256");
    key
}
