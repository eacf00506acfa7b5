//! Owns the check of the possession tag. An unknown id and a wrong tag are one answer, after the same statement and the same
//! comparison.

use sealpost_api::{ErrorCode, MessageId, recipient::Possession};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{portal::Portal, storage::MessageRow, web::errors::Refusal};

/// A message whose envelope the caller has shown to hold. Made by [`Portal::possessed`] only.
pub(super) struct Possessed {
    pub(super) id: MessageId,
    pub(super) message: MessageRow,
}

/// Compared with where there is no message; no tag has this hash.
const NOBODY: [u8; 32] = [0; 32];

impl Portal {
    /// The message, where `SHA-256(tag)` is what its sender registered.
    pub(super) async fn possessed(&self, possession: &Possession) -> Result<Possessed, Refusal> {
        let message = self.store.message(&possession.id).await?;
        let shown: [u8; 32] = Sha256::digest(possession.tag.as_bytes()).into();
        let registered = message
            .as_ref()
            .map_or(&NOBODY, |message| &message.possession);
        let right = bool::from(shown.ct_eq(registered));
        match message {
            Some(message) if right => Ok(Possessed {
                id: possession.id,
                message,
            }),
            _ => Err(ErrorCode::UnknownMessage.into()),
        }
    }
}
