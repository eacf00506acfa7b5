//! Owns the end of a revocation, and the move of an expiry, while the key still exists.

use std::sync::Arc;

use axum::{Json, extract::State};
use sealpost_api::{
    ErrorCode,
    limits::EXPIRY_DAYS,
    sender::{Restore, State as MessageState, StatusResponse},
};

use super::{DAY, status::state_of, token::Sender};
use crate::{
    audit::{About, Event},
    portal::Portal,
    web::{body::Body, errors::Refusal, request_id::RequestId},
};

/// `POST /api/v1/messages/restore`
pub(crate) async fn restore(
    State(portal): State<Arc<Portal>>,
    id: RequestId,
    sender: Sender,
    Body(request): Body<Restore>,
) -> Result<Json<StatusResponse>, Refusal> {
    let days = request.expires_in_days;
    if days.is_some_and(|days| !EXPIRY_DAYS.contains(&days) || request.recipient.is_some()) {
        return Err(ErrorCode::BadRequest.into());
    }
    let recipient = portal.named_recipient(request.recipient.as_deref())?;
    let now = portal.now();
    let mut write = portal.store.write().await?;
    let message = portal.own_message(&mut write, &sender, &request.id).await?;
    match state_of(&message, now) {
        MessageState::Active | MessageState::Revoked => {}
        MessageState::Expired => return Err(ErrorCode::Expired.into()),
        MessageState::Erased => return Err(ErrorCode::Erased.into()),
    }

    if let Some(address) = &recipient {
        write
            .recipient(&request.id, address)
            .await?
            .ok_or(ErrorCode::NotARecipient)?;
        write
            .set_recipient_revoked(&request.id, address, None)
            .await?;
    } else {
        write.restore_message(&request.id).await?;
        if let Some(days) = days {
            write
                .set_expiry(&request.id, now + i64::from(days) * DAY)
                .await?;
        }
    }
    let about = About {
        message: Some(&request.id),
        address: recipient.as_ref(),
        token: Some(&sender.id),
    };
    portal
        .audit(&mut write, &id, Event::Restore, Ok(()), about)
        .await?;
    let status = portal
        .status_of(&mut write, &request.id, recipient.as_ref())
        .await?;
    write.commit().await?;
    Ok(Json(status))
}
