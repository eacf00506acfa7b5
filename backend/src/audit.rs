//! Owns what is audited: every outcome of every release, and what senders and recipients did before and after it.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use sealpost_api::{ErrorCode, MessageId};
use serde::Serialize;

use crate::{
    hash_key::AddressHash,
    portal::Portal,
    storage::{AuditRow, StorageError, Write},
    web::request_id::RequestId,
};

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    Register,
    Revoke,
    Restore,
    Challenge,
    Verify,
    Release,
    SignOut,
    AccountStart,
    AccountReturn,
    Forget,
    Erase,
    SignOutEverywhere,
    PasskeyMake,
    PasskeyUse,
}

impl Event {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Revoke => "revoke",
            Self::Restore => "restore",
            Self::Challenge => "challenge",
            Self::Verify => "verify",
            Self::Release => "release",
            Self::SignOut => "sign_out",
            Self::AccountStart => "account_start",
            Self::AccountReturn => "account_return",
            Self::Forget => "forget",
            Self::Erase => "erase",
            Self::SignOutEverywhere => "sign_out_everywhere",
            Self::PasskeyMake => "passkey_make",
            Self::PasskeyUse => "passkey_use",
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
                count: 1,
            })
            .await
    }

    /// Counts a refusal that changed nothing; the next sweep audits it. `message` is one that the caller holds.
    pub(crate) fn refused(&self, event: Event, code: ErrorCode, message: Option<&MessageId>) {
        let kind = Kind {
            event,
            outcome: name(code),
            message: message.map(|id| self.audit_name(id)),
        };
        self.refusals.add(kind, 1);
    }

    /// As [`Self::refused`], with an outcome that says more than the wire does.
    pub(crate) fn refused_because(&self, event: Event, outcome: &str) {
        let kind = Kind {
            event,
            outcome: outcome.to_owned(),
            message: None,
        };
        self.refusals.add(kind, 1);
    }

    /// Audits the refusals that were counted.
    pub(crate) async fn audit_refusals(&self) -> Result<(), StorageError> {
        let counted = mem::take(&mut *self.refusals.lock());
        if counted.is_empty() {
            return Ok(());
        }
        let kept = self.keep_refusals(&counted).await;
        if kept.is_err() {
            for (kind, count) in counted {
                self.refusals.add(kind, count);
            }
        }
        kept
    }

    async fn keep_refusals(&self, counted: &BTreeMap<Kind, i64>) -> Result<(), StorageError> {
        let mut write = self.store.write().await?;
        for (kind, count) in counted {
            write
                .insert_audit(AuditRow {
                    id: self.randomness.bytes(),
                    at: self.now(),
                    event: kind.event.as_str(),
                    outcome: &kind.outcome,
                    message: kind.message,
                    address: None,
                    token: None,
                    request_id: "",
                    count: *count,
                })
                .await?;
        }
        write.commit().await
    }
}

/// Kinds of refusals that are told apart in memory; of more, the message is not kept.
const KINDS: usize = 10_000;

/// Refusals that changed nothing, since the last sweep. Anyone can cause any number of them, so that a row for each would fill
/// the disk and keep the one writer busy; what is refused after a change, or released, has its own row.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<Kind, i64>>);

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    event: Event,
    outcome: String,
    message: Option<[u8; 32]>,
}

impl Refusals {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Kind, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, mut kind: Kind, count: i64) {
        let mut counted = self.lock();
        if counted.len() >= KINDS && !counted.contains_key(&kind) {
            kind.message = None;
        }
        *counted.entry(kind).or_insert(0) += count;
    }
}

/// The code as it is on the wire.
pub(crate) fn name(code: ErrorCode) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "unnamed".to_owned(),
    }
}
