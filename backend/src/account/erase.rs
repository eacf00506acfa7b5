//! Owns the erasure of all that the portal keeps of the person signed in: proofs, passkeys, sessions, and that this browser is
//! known. The audit stays, for its days: it holds keyed hashes and outcomes.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use sealpost_api::account::{Erase, EraseResponse};

use super::{
    browser::{self, BROWSER},
    sign_out_everywhere::signed_out,
};
use crate::{
    audit::{About, Event},
    portal::Portal,
    recipient::cookie::SessionCookie,
    web::{body::Body, errors::Refusal, request_id::RequestId},
};

/// `POST /api/v1/me/erase`
pub(crate) async fn erase(
    State(portal): State<Arc<Portal>>,
    request: RequestId,
    cookie: SessionCookie,
    headers: HeaderMap,
    Body(_): Body<Erase>,
) -> Result<Response, Refusal> {
    let mut write = portal.store.write().await?;
    let myself = portal.myself(&mut write, &cookie).await?;
    // Sessions first: they are found by the passkey, which the session loses with it.
    let (owner, person) = (myself.owner(), myself.person());
    for (_, source) in myself.sources() {
        write.delete_proofs(source).await?;
    }
    if let Some(browser) = browser::of(&headers, &portal) {
        for proved in &myself.addresses {
            let known = portal.hashes.browser(&browser, &proved.address);
            write.forget_browser(&known).await?;
        }
    }
    let about = About {
        address: myself.addresses.first().map(|proved| &proved.address),
        ..About::default()
    };
    write.delete_sessions(person).await?;
    write
        .erase_passkeys(&owner, &myself.id, portal.now())
        .await?;
    portal
        .audit(&mut write, &request, Event::Erase, Ok(()), about)
        .await?;
    write.commit().await?;
    portal.store.forget_log().await?;
    let expired = BROWSER.expired(portal.origin.is_secure());
    Ok(signed_out(
        &portal,
        Json(EraseResponse {}).into_response(),
        Some(expired),
    ))
}
