//! Owns the beginning of a use: a challenge for this browser, and nothing that depends on who asks.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use sealpost_api::{
    Bounded, ErrorCode,
    passkey::{PasskeyUseOptions, PasskeyUseStart},
};

use super::{
    MOST_CHALLENGES,
    relying_party::{LIFETIME, RelyingParty, TIMEOUT_MS},
};
use crate::{
    portal::Portal,
    recipient::cookie::SessionCookie,
    storage::Ceremony,
    web::{body::Body, client_address::ClientNetwork, errors::Refusal},
};

/// `POST /api/v1/passkeys/use/start`
pub(crate) async fn start(
    State(portal): State<Arc<Portal>>,
    network: ClientNetwork,
    cookie: SessionCookie,
    Body(_): Body<PasskeyUseStart>,
) -> Result<Response, Refusal> {
    let relying_party = RelyingParty::of(&portal.origin).ok_or(ErrorCode::WayNotAllowed)?;
    let begun = relying_party.begin_use();
    let mut write = portal.store.write().await?;
    portal.count_passkey_use(&mut write, network).await?;
    let new_session = portal.pre_session(&mut write, &cookie).await?;
    let session = new_session.as_ref().map(|new| new.id).or(cookie.0);
    let session = session.expect("a request without a live session was given one");
    write
        .insert_passkey_challenge(
            &session,
            &begun.challenge,
            Ceremony::Use,
            &begun.state,
            portal.now() + LIFETIME,
            MOST_CHALLENGES,
        )
        .await?;
    write.commit().await?;

    let mut response = Json(PasskeyUseOptions {
        challenge: Bounded::new(begun.challenge.to_vec()).expect("16 bytes are within the limit"),
        rp_id: relying_party.id().to_owned(),
        timeout: TIMEOUT_MS,
    })
    .into_response();
    if let Some(session) = new_session {
        response
            .headers_mut()
            .insert(header::SET_COOKIE, session.set_cookie);
    }
    Ok(response)
}
