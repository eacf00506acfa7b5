//! Owns decryption: segment by segment through WebCrypto, any range of the plaintext on demand.

use std::ops::Range;

use zeroize::Zeroizing;

use super::{envelope::Envelope, release::Released};
use crate::arrival::Progress;

/// The sealed message is damaged, or its key is another one. No detail: one screen for every cryptographic failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

/// Decrypted bytes. Erased when dropped; no `Debug`.
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// An envelope with its key. Exists only where digest, commitment and last segment are authentic.
pub struct Decrypter {
    envelope: Envelope,
}

impl Decrypter {
    /// Checks the digest and the commitment, imports the key, and authenticates the last segment (truncation).
    ///
    /// # Errors
    /// [`Damaged`].
    pub async fn new(envelope: Envelope, released: Released) -> Result<Self, Damaged> {
        let _ = (envelope, released);
        unimplemented!()
    }

    /// Bytes `range` of the stream's plaintext. A bad segment withholds the whole range.
    ///
    /// # Errors
    /// [`Damaged`].
    pub async fn range(
        &self,
        range: Range<u64>,
        progress: Option<Progress>,
    ) -> Result<Plaintext, Damaged> {
        let _ = (&self.envelope, range, progress);
        unimplemented!()
    }
}
