//! Owns passkeys (WebAuthn Level 3). One is made in a session that has proved an address, and keeps directed proofs of the
//! session's addresses; using it signs in with those that are still good. Nothing here tells a stranger whether a passkey, or
//! a person, is registered: the options are the same for everyone and every refusal is one answer.

mod budget;
pub(crate) mod make_finish;
pub(crate) mod make_start;
mod maker;
mod refused;
mod relying_party;
pub(crate) mod use_finish;
pub(crate) mod use_start;

use crate::{
    audit::Event,
    hash_key::AddressHash,
    portal::Portal,
    storage::{AuditRow, StorageError, Write},
    web::request_id::RequestId,
};

use self::refused::Refused;

/// Passkeys of one person, or that open one address.
const MOST_PASSKEYS: usize = 20;
/// Ceremonies of one session at the same time: tabs.
const MOST_CHALLENGES: i64 = 4;

impl Portal {
    /// Audits how a ceremony ended; the reason of a refusal is here and in the log, nowhere else.
    async fn audit_passkey(
        &self,
        write: &mut Write,
        request: &RequestId,
        event: Event,
        outcome: Result<(), Refused>,
        address: Option<&AddressHash>,
    ) -> Result<(), StorageError> {
        let outcome = outcome.map_or_else(Refused::as_str, |()| "done");
        write
            .insert_audit(AuditRow {
                id: self.randomness.bytes(),
                at: self.now(),
                event: event.as_str(),
                outcome,
                message: None,
                address,
                token: None,
                request_id: request.as_str(),
                count: 1,
            })
            .await
    }
}
