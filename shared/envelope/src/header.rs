//! Owns the header: what stands in clear before the stream, bound to it as associated data.

use sealpost_api::MessageId;
use zeroize::ZeroizeOnDrop;

use crate::ParseError;

/// 32 random bytes that are only in the envelope; the portal never sees them.
#[derive(ZeroizeOnDrop)]
pub struct EnvelopeSecret([u8; 32]);

impl EnvelopeSecret {
    /// Wraps `bytes`.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for key derivation only.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The header JSON. Duplicate and unknown keys are refused.
pub struct Header {
    /// Random name of the message and salt of its key schedule.
    pub id: MessageId,
    /// Origin of the portal that holds the release key: `https://host[:port]`, or `http://` for loopback.
    pub portal: String,
    /// The envelope's half of the key.
    pub secret: EnvelopeSecret,
    /// Display sender; unverified until the portal's release says who registered the message.
    pub from: String,
    /// `HKDF(salt = id, ikm, info = "sealpost/1 commit", 32)`; compared before anything is decrypted.
    pub commit: [u8; 32],
    /// When it was sealed (RFC 3339).
    pub created: String,
}

impl Header {
    /// Reads the header JSON.
    ///
    /// # Errors
    /// [`ParseError::NewerFormat`] for a `passphrase` that is not `null`, [`ParseError::TooLarge`] over
    /// [`HEADER_LEN`](crate::limits::HEADER_LEN), [`ParseError::Malformed`] for anything else that does not fit.
    pub fn from_json(json: &[u8]) -> Result<Self, ParseError> {
        let _ = json;
        unimplemented!()
    }

    /// Writes the header JSON, keys in the order of the struct, `passphrase` null.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        unimplemented!()
    }
}
