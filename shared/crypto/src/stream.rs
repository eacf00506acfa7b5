//! Owns the streaming AEAD: Tink `AES256_GCM_HKDF_1MB`, segment by segment, in any order.

use sealpost_envelope::layout::Segment;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::OpenError;

/// AES-256 key of one stream and its nonce prefix.
#[derive(ZeroizeOnDrop)]
pub struct SegmentKey {
    key: [u8; 32],
    prefix: [u8; 7],
}

impl SegmentKey {
    /// The raw AES key, to import into WebCrypto; the only place it leaves this crate.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.key
    }

    /// `prefix 7 ‖ u32be(index) ‖ last(0/1)`: the GCM nonce of a segment. Associated data is empty.
    #[must_use]
    pub fn nonce(&self, segment: &Segment) -> [u8; 12] {
        let _ = (segment, self.prefix);
        unimplemented!()
    }

    /// Decrypts one segment after its hash fitted; the native twin of WebCrypto, and its oracle in tests.
    ///
    /// # Errors
    /// [`OpenError`] where hash or tag does not fit.
    pub fn open(
        &self,
        segment: &Segment,
        hash: &[u8; 32],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let _ = (segment, hash, ciphertext);
        unimplemented!()
    }
}
