//! Owns opening a whole envelope natively: the sealer's `open`, and what tests compare the browser with.

use sealpost_envelope::{Index, ParseError};
use zeroize::Zeroizing;

use crate::{OpenError, release::ReleasedKey};

/// Why an envelope cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Its structure is wrong.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// Its cryptography is wrong.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// A decrypted message. Erased when dropped; no `Debug`.
pub struct Plaintext {
    /// Where large bodies lie in the message.
    pub index: Index,
    /// The RFC 5322 bytes as sealed, without padding.
    pub message: Zeroizing<Vec<u8>>,
}

/// Opens `envelope` with what the portal released. The last segment is authenticated before anything else.
///
/// # Errors
/// [`EnvelopeError`]; nothing is returned unless every segment is authentic.
pub fn open(envelope: &[u8], released: ReleasedKey) -> Result<Plaintext, EnvelopeError> {
    let _ = (envelope, released);
    unimplemented!()
}
