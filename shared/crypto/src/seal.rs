//! Owns sealing: message and index in, envelope and what to register out.

use rand::CryptoRng;
use sealpost_api::{Digest, MessageId, PossessionHash, ReleaseKey};
use sealpost_envelope::{ParseError, Part};

/// What the sealer says about a message.
pub struct SealRequest<'a> {
    /// The RFC 5322 bytes, `Bcc` already stripped.
    pub message: &'a [u8],
    /// Large bodies of the message, for the index.
    pub parts: Vec<Part>,
    /// Origin of the portal.
    pub portal: String,
    /// Display sender.
    pub from: String,
    /// RFC 3339.
    pub created: String,
}

/// A sealed message: the envelope to mail, and what to register with the portal.
pub struct Sealed {
    /// The envelope's bytes.
    pub envelope: Vec<u8>,
    /// Name of the message.
    pub id: MessageId,
    /// For the portal.
    pub release_key: ReleaseKey,
    /// For the portal.
    pub digest: Digest,
    /// For the portal.
    pub possession: PossessionHash,
}

/// Seals a message under fresh keys from `rng`.
///
/// # Errors
/// [`ParseError::TooLarge`] for a message, header or index over its limit.
pub fn seal(request: SealRequest<'_>, rng: &mut impl CryptoRng) -> Result<Sealed, ParseError> {
    let _ = (request, rng);
    unimplemented!()
}
