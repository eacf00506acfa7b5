//! Owns what is audited: every outcome of every release, and what senders and recipients did before and after it.

use sealpost_api::{ErrorCode, MessageId};
use serde::Serialize;

use crate::{
    hash_key::AddressHash,
    portal::Portal,
    storage::{AuditRow, StorageError, Write},
    web::request_id::RequestId,
};

/// What was asked.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    Register,
    Revoke,
    Restore,
    Challenge,
    Verify,
    Release,
    SignOut,
}

impl Event {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Revoke => "revoke",
            Self::Restore => "restore",
            Self::Challenge => "challenge",
            Self::Verify => "verify",
            Self::Release => "release",
            Self::SignOut => "sign_out",
        }
    }
}

/// Who and what an event is about.
#[derive(Clone, Copy, Default)]
pub(crate) struct About<'a> {
    pub(crate) message: Option<&'a MessageId>,
    pub(crate) address: Option<&'a AddressHash>,
    pub(crate) token: Option<&'a [u8; 8]>,
}

impl Portal {
    /// Adds a row to the audit within `write`: without it on disk there is no answer.
    pub(crate) async fn audit(
        &self,
        write: &mut Write,
        request: &RequestId,
        event: Event,
        outcome: Result<(), ErrorCode>,
        about: About<'_>,
    ) -> Result<(), StorageError> {
        write
            .insert_audit(AuditRow {
                id: self.randomness.bytes(),
                at: self.now(),
                event: event.as_str(),
                outcome: &outcome.map_or_else(name, |()| "done".to_owned()),
                message: about.message.map(|id| self.audit_name(id)),
                address: about.address,
                token: about.token,
                request_id: request.as_str(),
            })
            .await
    }
}

/// The code as it is on the wire.
pub(crate) fn name(code: ErrorCode) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "unnamed".to_owned(),
    }
}
