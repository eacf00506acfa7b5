//! Owns the streaming AEAD: Tink `AES256_GCM_HKDF_1MB`, segment by segment, in any order.

use aes_gcm::{
    Aes256Gcm, KeyInit as _, Nonce,
    aead::{AeadInOut as _, inout::InOutBuf},
};
use hkdf::Hkdf;
use rand::CryptoRng;
use sealpost_envelope::layout::Segment;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{OpenError, key_schedule::expand};

/// First byte of a stream: the length of its header, 40.
const HEADER_START: u8 = 0x28;
/// Bytes of the salt after it.
const SALT_LEN: usize = 32;

/// `0x28 | salt 32 | nonce prefix 7`, both from `rng`.
pub(crate) fn make_header(rng: &mut impl CryptoRng) -> [u8; 40] {
    let mut header = [HEADER_START; 40];
    rng.fill_bytes(&mut header[1..]);
    header
}

/// AES-256 key of one stream and its nonce prefix.
#[derive(ZeroizeOnDrop)]
pub struct SegmentKey {
    key: [u8; 32],
    prefix: [u8; 7],
}

impl SegmentKey {
    /// `HKDF(salt = stream salt, key_value, info = associated data, 32)`.
    pub(crate) fn derive(
        key_value: &[u8; 32],
        associated_data: &[u8],
        stream_header: &[u8; 40],
    ) -> Result<Self, OpenError> {
        let [HEADER_START, rest @ ..] = stream_header else {
            return Err(OpenError);
        };
        let (salt, prefix) = rest.split_at(SALT_LEN);
        let hkdf = Hkdf::<Sha256>::new(Some(salt), key_value);
        Ok(Self {
            key: *expand(&hkdf, associated_data),
            prefix: prefix.try_into().map_err(|_| OpenError)?,
        })
    }

    /// The raw AES key, to import into WebCrypto; the only place it leaves this crate.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.key
    }

    /// `prefix 7 ‖ u32be(index) ‖ last(0/1)`: the GCM nonce of a segment. Associated data is empty.
    #[must_use]
    pub fn nonce(&self, segment: &Segment) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[..7].copy_from_slice(&self.prefix);
        nonce[7..11].copy_from_slice(&segment.index.to_be_bytes());
        nonce[11] = u8::from(segment.last);
        nonce
    }

    /// Decrypts one segment after its hash fitted; the native twin of WebCrypto, and its oracle in tests.
    ///
    /// # Errors
    /// [`OpenError`] where length, hash or tag does not fit.
    pub fn open(
        &self,
        segment: &Segment,
        hash: &[u8; 32],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (body, tag) = ciphertext.split_last_chunk::<16>().ok_or(OpenError)?;
        let expected_len = segment.plaintext.end - segment.plaintext.start;
        // As a slice: the digest's own comparison exists only where another crate switches it on.
        let same_hash = Sha256::digest(ciphertext).as_slice().ct_eq(hash);
        if body.len() as u64 != expected_len || !bool::from(same_hash) {
            return Err(OpenError);
        }
        // Decrypted in place; erased on the way out where the tag does not fit.
        let mut plaintext = Zeroizing::new(body.to_vec());
        self.cipher()
            .decrypt_inout_detached(
                &Nonce::from(self.nonce(segment)),
                &[],
                InOutBuf::from(plaintext.as_mut_slice()),
                &(*tag).into(),
            )
            .map_err(|_| OpenError)?;
        Ok(plaintext)
    }

    /// Encrypts the plaintext of a segment, which stands in `stream` from `start` on, in place, appends the tag, and
    /// returns the hash of both.
    ///
    /// # Panics
    /// Over GCM's limit of 64 GiB; a segment has 1 MiB.
    pub(crate) fn seal(&self, segment: &Segment, stream: &mut Vec<u8>, start: usize) -> [u8; 32] {
        let tag = self
            .cipher()
            .encrypt_inout_detached(
                &Nonce::from(self.nonce(segment)),
                &[],
                InOutBuf::from(&mut stream[start..]),
            )
            .expect("a segment is within GCM's limits");
        stream.extend_from_slice(&tag);
        Sha256::digest(&stream[start..]).into()
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&self.key).into())
    }
}

#[cfg(test)]
mod tests;
