//! Owns the check of the possession tag. An unknown id and a wrong tag are one answer, after the same statement, which gives
//! a row in both cases, and the same comparison.

use sealpost_api::{ErrorCode, MessageId, recipient::Possession};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{portal::Portal, web::errors::Refusal};

/// A message whose envelope the caller has shown to hold. Made by [`Portal::possessed`] only.
pub(super) struct Possessed {
    id: MessageId,
}

impl Possessed {
    /// The message.
    pub(super) const fn id(&self) -> &MessageId {
        &self.id
    }
}

/// Compared with where there is no message at all; no tag has this hash.
const NOBODY: [u8; 32] = [0; 32];

impl Portal {
    /// The message, where `SHA-256(tag)` is what its sender registered.
    pub(super) async fn possessed(&self, possession: &Possession) -> Result<Possessed, Refusal> {
        let shown: [u8; 32] = Sha256::digest(possession.tag.as_bytes()).into();
        let nearest = self.store.nearest_possession(&possession.id).await?;
        let (id, registered) = nearest.map_or(([0; 16], NOBODY), |row| (row.id, row.possession));
        let right = id.ct_eq(possession.id.as_bytes()) & shown.ct_eq(&registered);
        if bool::from(right) {
            Ok(Possessed { id: possession.id })
        } else {
            Err(ErrorCode::UnknownMessage.into())
        }
    }
}
