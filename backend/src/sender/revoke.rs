//! Owns the revocation of a message or of one recipient. It stops future releases; who had the key keeps it.

use std::sync::Arc;

use axum::{Json, extract::State};
use sealpost_api::{
    ErrorCode,
    sender::{Revoke, StatusResponse},
};

use super::{DAY, token::Sender};
use crate::{
    audit::{About, Event},
    portal::Portal,
    storage::Ended,
    web::{body::Body, errors::Refusal, request_id::RequestId},
};

/// `POST /api/v1/messages/revoke`
pub(crate) async fn revoke(
    State(portal): State<Arc<Portal>>,
    id: RequestId,
    sender: Sender,
    Body(request): Body<Revoke>,
) -> Result<Json<StatusResponse>, Refusal> {
    if request.now && request.recipient.is_some() {
        return Err(ErrorCode::BadRequest.into());
    }
    let recipient = portal.named_recipient(request.recipient.as_deref())?;
    let now = portal.now();
    let mut write = portal.store.write().await?;
    portal.own_message(&mut write, &sender, &request.id).await?;

    let mut erased = false;
    if let Some(address) = &recipient {
        let row = write
            .recipient(&request.id, address)
            .await?
            .ok_or(ErrorCode::NotARecipient)?;
        let revoked = row.revoked.or(Some(now));
        write
            .set_recipient_revoked(&request.id, address, revoked)
            .await?;
    } else {
        let at = now + i64::from(portal.grace_days) * DAY;
        write.revoke_message(&request.id, now, at).await?;
        erased = request.now || portal.grace_days == 0;
        if erased {
            write.erase_message(&request.id, Ended::Erased).await?;
        }
    }
    let about = About {
        message: Some(&request.id),
        address: recipient.as_ref(),
        token: Some(&sender.id),
    };
    portal
        .audit(&mut write, &id, Event::Revoke, Ok(()), about)
        .await?;
    let status = portal
        .status_of(&mut write, &request.id, recipient.as_ref())
        .await?;
    write.commit().await?;
    if erased {
        portal.store.forget_log().await?;
    }
    Ok(Json(status))
}
