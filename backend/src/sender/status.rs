//! Owns the state of a message, as its sender sees it.

use std::sync::Arc;

use axum::{Json, extract::State};
use sealpost_api::{
    ErrorCode, MessageId,
    sender::{State as MessageState, Status, StatusResponse},
};

use super::token::Sender;
use crate::{
    clock::rfc3339,
    hash_key::AddressHash,
    portal::Portal,
    storage::{Ended, MessageRow, ReleaseCount, Write},
    web::{body::Body, errors::Refusal},
};

/// `POST /api/v1/messages/status`
pub(crate) async fn status(
    State(portal): State<Arc<Portal>>,
    sender: Sender,
    Body(request): Body<Status>,
) -> Result<Json<StatusResponse>, Refusal> {
    let recipient = portal.named_recipient(request.recipient.as_deref())?;
    let mut write = portal.store.write().await?;
    portal.own_message(&mut write, &sender, &request.id).await?;
    Ok(Json(
        portal
            .status_of(&mut write, &request.id, recipient.as_ref())
            .await?,
    ))
}

/// The state at `now`; a message past its date is expired before its key is swept.
pub(super) fn state_of(message: &MessageRow, now: i64) -> MessageState {
    let over = |at: Option<i64>| at.is_some_and(|at| at <= now);
    match message.ended {
        Some(Ended::Expired) => MessageState::Expired,
        Some(Ended::Erased) => MessageState::Erased,
        None if over(message.expires) => MessageState::Expired,
        None if over(message.erases) => MessageState::Erased,
        None if message.revoked.is_some() => MessageState::Revoked,
        None => MessageState::Active,
    }
}

impl Portal {
    /// The answer about a message, or about one recipient of it.
    pub(super) async fn status_of(
        &self,
        write: &mut Write,
        id: &MessageId,
        recipient: Option<&AddressHash>,
    ) -> Result<StatusResponse, Refusal> {
        let message = write.message(id).await?.ok_or(ErrorCode::UnknownMessage)?;
        let mut state = state_of(&message, self.now());
        let releases = match recipient {
            None => write.releases(id).await?,
            Some(address) => {
                let row = write
                    .recipient(id, address)
                    .await?
                    .ok_or(ErrorCode::NotARecipient)?;
                if state == MessageState::Active && row.revoked.is_some() {
                    state = MessageState::Revoked;
                }
                ReleaseCount {
                    recipients: 1,
                    count: row.releases,
                    last_release: row.last_release,
                }
            }
        };
        // The key goes at whichever comes first.
        let erases = message
            .erases
            .map(|at| message.expires.map_or(at, |expires| expires.min(at)));
        Ok(StatusResponse {
            state,
            registered: rfc3339(message.registered),
            expires: message.expires.map(rfc3339),
            erases: erases.filter(|_| message.ended.is_none()).map(rfc3339),
            recipients: u32::try_from(releases.recipients).unwrap_or(u32::MAX),
            releases: u32::try_from(releases.count).unwrap_or(u32::MAX),
            last_release: releases.last_release.map(rfc3339),
        })
    }
}
