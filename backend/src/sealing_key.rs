//! Owns how a field of the database is encrypted: AES-256-GCM (SP 800-38D) with a random nonce, bound to its row.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use rand::Rng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::randomness::Randomness;

/// Bytes of a nonce (SP 800-38D, section 8.2.2: 96 random bits).
const NONCE_LEN: usize = 12;

/// The field was not encrypted under this key for this row.
#[derive(Debug, Error)]
#[error("an encrypted field does not open with this master key")]
pub struct UnsealError;

/// A key for one kind of field.
pub(crate) struct SealingKey(Aes256Gcm);

impl SealingKey {
    /// Takes the key's bytes.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// `nonce (12) ‖ AES-256-GCM(key, nonce, plain, aad = row)`.
    pub(crate) fn seal(&self, randomness: &Randomness, row: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        randomness.source().fill_bytes(&mut nonce);
        let sealed = self
            .0
            .encrypt(
                &nonce.into(),
                Payload {
                    msg: plain,
                    aad: row,
                },
            )
            .expect("a field is far shorter than GCM's 64 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    /// The inverse of [`SealingKey::seal`].
    pub(crate) fn open(
        &self,
        row: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(UnsealError)?;
        self.0
            .decrypt(
                nonce.into(),
                Payload {
                    msg: sealed,
                    aad: row,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| UnsealError)
    }
}
