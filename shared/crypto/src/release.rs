//! Owns the receiving side of a release: HPKE (RFC 9180) base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
//! The portal seals with the `hpke` crate directly.

use rand::CryptoRng;
use sealpost_api::{
    ClientNonce, Digest, EncapsulatedKey, MessageId, PublicKey, ReleaseKey, SealedRelease,
};
use zeroize::Zeroizing;

use crate::OpenError;

/// `"sealpost/1 release" ‖ 0x00 ‖ id ‖ client nonce (32) ‖ SHA-256(portal origin)`: HPKE's `info`.
#[must_use]
pub fn info(id: &MessageId, nonce: &ClientNonce, portal_origin: &str) -> Vec<u8> {
    let _ = (id, nonce, portal_origin);
    unimplemented!()
}

/// What the portal released: the key and the digest of the only envelope it may open.
pub struct ReleasedKey {
    pub(crate) release_key: ReleaseKey,
    pub(crate) digest: Digest,
}

impl ReleasedKey {
    /// `release_key ‖ digest`, 64 bytes: the file of `seal --save-release-key`.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        let _ = bytes;
        unimplemented!()
    }

    /// The 64 bytes again.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 64]> {
        let _ = (&self.release_key, &self.digest);
        unimplemented!()
    }
}

/// A fresh key pair and nonce for one release; used once, for `open` takes it.
pub struct ReleaseRequestKey {
    _private: (),
}

impl ReleaseRequestKey {
    /// Makes the pair and the nonce from `rng`.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let _ = rng;
        unimplemented!()
    }

    /// Goes to the portal.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        unimplemented!()
    }

    /// Goes to the portal.
    #[must_use]
    pub fn nonce(&self) -> ClientNonce {
        unimplemented!()
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
        let _ = (id, portal_origin, enc, sealed);
        unimplemented!()
    }
}
