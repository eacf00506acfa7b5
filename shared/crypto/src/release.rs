//! Owns the receiving side of a release: HPKE (RFC 9180) base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
//! The portal seals with the `hpke` crate directly.

use hpke::{
    Deserializable, Kem as _, OpModeR, Serializable,
    aead::{AeadTag, AesGcm256},
    inout::InOutBuf,
    kdf::HkdfSha256,
    kem::X25519HkdfSha256,
    single_shot_open_inout_detached,
};
use rand::CryptoRng;
use sealpost_api::{
    ClientNonce, Digest, EncapsulatedKey, MessageId, PublicKey, ReleaseKey, SealedRelease,
};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::OpenError;

type Kem = X25519HkdfSha256;
type Kdf = HkdfSha256;
type Aead = AesGcm256;

/// Bytes of `release_key ‖ digest`.
const RELEASE_LEN: usize = ReleaseKey::LEN + Digest::LEN;

/// `"sealpost/1 release" ‖ 0x00 ‖ id ‖ client nonce (32) ‖ SHA-256(portal origin)`: HPKE's `info`.
#[must_use]
pub fn info(id: &MessageId, nonce: &ClientNonce, portal_origin: &str) -> Vec<u8> {
    let origin = Sha256::digest(portal_origin.as_bytes());
    [
        b"sealpost/1 release\0".as_slice(),
        id.as_bytes(),
        nonce.as_bytes(),
        &origin,
    ]
    .concat()
}

/// What the portal released: the key and the digest of the only envelope it may open.
pub struct ReleasedKey {
    pub(crate) release_key: ReleaseKey,
    pub(crate) digest: Digest,
}

impl ReleasedKey {
    /// `release_key ‖ digest`, 64 bytes: the file of `seal --save-release-key`.
    ///
    /// # Panics
    /// Never: 64 bytes are two times 32.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; RELEASE_LEN]) -> Self {
        let (release_key, digest) = bytes.split_at(ReleaseKey::LEN);
        Self {
            release_key: ReleaseKey::new(release_key.try_into().expect("split there")),
            digest: Digest::new(digest.try_into().expect("the rest is a digest")),
        }
    }

    /// The 64 bytes again.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; RELEASE_LEN]> {
        let mut bytes = Zeroizing::new([0; RELEASE_LEN]);
        let (release_key, digest) = bytes.split_at_mut(ReleaseKey::LEN);
        release_key.copy_from_slice(self.release_key.as_bytes());
        digest.copy_from_slice(self.digest.as_bytes());
        bytes
    }
}

/// A fresh key pair and nonce for one release; used once, for `open` takes it.
pub struct ReleaseRequestKey {
    /// Erased when dropped (x25519-dalek's `StaticSecret`).
    private: <Kem as hpke::Kem>::PrivateKey,
    public: PublicKey,
    nonce: ClientNonce,
}

impl ReleaseRequestKey {
    /// Makes the pair and the nonce from `rng`.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let (private, public) = Kem::gen_keypair_with_rng(rng);
        let mut nonce = [0; ClientNonce::LEN];
        rng.fill_bytes(&mut nonce);
        Self {
            private,
            public: PublicKey::new(public.to_bytes().into()),
            nonce: ClientNonce::new(nonce),
        }
    }

    /// Goes to the portal.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public
    }

    /// Goes to the portal.
    #[must_use]
    pub const fn nonce(&self) -> ClientNonce {
        self.nonce
    }

    /// Opens the portal's answer.
    ///
    /// # Errors
    /// [`OpenError`] where it was not sealed to this key, for this message, nonce and portal.
    pub fn open(
        self,
        id: &MessageId,
        portal_origin: &str,
        enc: &EncapsulatedKey,
        sealed: &SealedRelease,
    ) -> Result<ReleasedKey, OpenError> {
        let enc =
            <Kem as hpke::Kem>::EncappedKey::from_bytes(enc.as_bytes()).map_err(|_| OpenError)?;
        let (ciphertext, tag) = sealed.as_bytes().split_at(RELEASE_LEN);
        let tag = AeadTag::from_bytes(tag).map_err(|_| OpenError)?;
        // Decrypted in place, so that no copy is left behind.
        let mut release = Zeroizing::new([0; RELEASE_LEN]);
        release.copy_from_slice(ciphertext);
        single_shot_open_inout_detached::<Aead, Kdf, Kem>(
            &OpModeR::Base,
            &self.private,
            &enc,
            &info(id, &self.nonce, portal_origin),
            InOutBuf::from(release.as_mut_slice()),
            &[],
            &tag,
        )
        .map_err(|_| OpenError)?;
        Ok(ReleasedKey::from_bytes(&release))
    }
}

#[cfg(test)]
mod tests;
