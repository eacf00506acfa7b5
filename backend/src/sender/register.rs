//! Owns the registration of a message: insert-only, acknowledged when it is on disk.

use std::{collections::BTreeSet, sync::Arc};

use axum::{Json, extract::State};
use sealpost_api::{
    ErrorCode,
    limits::{EXPIRY_DAYS, RECIPIENTS},
    sender::{Register, RegisterRequest, RegisterResponse, State as MessageState},
};
use subtle::ConstantTimeEq;

use super::{DAY, status::state_of, token::Sender};
use crate::{
    address::Address,
    audit::{About, Event},
    clock::rfc3339,
    hash_key::AddressHash,
    portal::Portal,
    storage::{MessageRow, NewMessage, Write},
    web::{body::Body, errors::Refusal, request_id::RequestId},
};

/// `POST /api/v1/messages/register`
pub(crate) async fn register(
    State(portal): State<Arc<Portal>>,
    id: RequestId,
    sender: Sender,
    Body(request): Body<Register>,
) -> Result<Json<RegisterResponse>, Refusal> {
    let parties = Parties::of(&sender, &request)?;
    let mut write = portal.store.write().await?;
    let outcome = keep(&portal, &mut write, &sender, &request, &parties).await;
    if let Ok(_)
    | Err(Refusal {
        code: ErrorCode::Conflict | ErrorCode::Erased,
        ..
    }) = outcome
    {
        let about = About {
            message: Some(&request.id),
            token: Some(&sender.id),
            ..About::default()
        };
        let result = outcome.as_ref().map(drop).map_err(|refusal| refusal.code);
        portal
            .audit(&mut write, &id, Event::Register, result, about)
            .await?;
        write.commit().await?;
    }
    Ok(Json(RegisterResponse {
        expires: outcome?.map(rfc3339),
    }))
}

/// Sender and recipients in canonical form.
struct Parties {
    from: Address,
    recipients: BTreeSet<Address>,
}

impl Parties {
    fn of(sender: &Sender, request: &RegisterRequest) -> Result<Self, Refusal> {
        if !(1..=RECIPIENTS).contains(&request.recipients.len())
            || request
                .expires_in_days
                .is_some_and(|days| !EXPIRY_DAYS.contains(&days))
        {
            return Err(ErrorCode::BadRequest.into());
        }
        let from = Address::parse(&request.from).map_err(|_| ErrorCode::BadAddress)?;
        if !sender.domains.iter().any(|domain| domain == from.domain()) {
            return Err(ErrorCode::NotYours.into());
        }
        let recipients = request
            .recipients
            .iter()
            .map(|typed| Address::parse(typed))
            .collect::<Result<_, _>>()
            .map_err(|_| ErrorCode::BadAddress)?;
        Ok(Self { from, recipients })
    }

    /// Keyed hash of all that was registered, the recipients as a set: tells the same registration from another.
    fn content(&self, portal: &Portal, request: &RegisterRequest) -> [u8; 32] {
        let days = request.expires_in_days.unwrap_or(0).to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![
            request.id.as_bytes(),
            request.release_key.as_bytes(),
            request.digest.as_bytes(),
            request.possession.as_bytes(),
            &days,
            self.from.as_str().as_bytes(),
        ];
        parts.extend(
            self.recipients
                .iter()
                .map(|recipient| recipient.as_str().as_bytes()),
        );
        portal.hashes.registration.hash(&parts)
    }
}

/// Keeps the message, or finds it kept; when it expires.
async fn keep(
    portal: &Portal,
    write: &mut Write,
    sender: &Sender,
    request: &RegisterRequest,
    parties: &Parties,
) -> Result<Option<i64>, Refusal> {
    let content = parties.content(portal, request);
    let now = portal.now();
    if let Some(kept) = write.message(&request.id).await? {
        return same(&kept, sender, &content, now);
    }
    let expires = request
        .expires_in_days
        .map(|days| now + i64::from(days) * DAY);
    let id = request.id.as_bytes();
    let fields = &portal.fields;
    let release_key =
        fields
            .release_key
            .seal(&portal.randomness, id, request.release_key.as_bytes());
    let from = fields
        .sender
        .seal(&portal.randomness, id, parties.from.as_str().as_bytes());
    write
        .insert_message(NewMessage {
            id: &request.id,
            token_id: &sender.id,
            possession: request.possession.as_bytes(),
            content: &content,
            release_key: &release_key,
            digest: request.digest.as_bytes(),
            sender: &from,
            registered: now,
            expires,
        })
        .await?;
    // In the order of their hashes: the order of the rows does not tell who stood first in the mail.
    let recipients: BTreeSet<AddressHash> = parties
        .recipients
        .iter()
        .map(|recipient| portal.hashes.address(recipient))
        .collect();
    for recipient in &recipients {
        write.insert_recipient(&request.id, recipient).await?;
    }
    Ok(expires)
}

/// The answer to a repeated registration: the same one where nothing differs, the expiry as it is now.
fn same(
    kept: &MessageRow,
    sender: &Sender,
    content: &[u8; 32],
    now: i64,
) -> Result<Option<i64>, Refusal> {
    if kept.token_id != sender.id || !bool::from(kept.content.ct_eq(content)) {
        return Err(ErrorCode::Conflict.into());
    }
    // Saying that the key is kept would be wrong, also where the next sweep has not come yet.
    match state_of(kept, now) {
        MessageState::Expired | MessageState::Erased => Err(ErrorCode::Erased.into()),
        MessageState::Active | MessageState::Revoked => Ok(kept.expires),
    }
}
