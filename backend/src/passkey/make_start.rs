//! Owns the beginning of the making of a passkey.

use std::sync::Arc;

use axum::{Json, extract::State};
use sealpost_api::{
    Bounded, ErrorCode,
    passkey::{PasskeyMakeOptions, PasskeyMakeStart},
};

use super::{
    MOST_CHALLENGES,
    relying_party::{ALGORITHMS, LIFETIME, RelyingParty, TIMEOUT_MS},
};
use crate::{
    portal::Portal,
    recipient::cookie::SessionCookie,
    storage::Ceremony,
    web::{body::Body, errors::Refusal},
};

/// `POST /api/v1/passkeys/make/start`
pub(crate) async fn start(
    State(portal): State<Arc<Portal>>,
    cookie: SessionCookie,
    Body(_): Body<PasskeyMakeStart>,
) -> Result<Json<PasskeyMakeOptions>, Refusal> {
    let relying_party = RelyingParty::of(&portal.origin).ok_or(ErrorCode::WayNotAllowed)?;
    let mut write = portal.store.write().await?;
    let maker = portal.maker(&mut write, cookie.0.as_ref()).await?;
    write.touch_session(&maker.session, portal.now()).await?;
    let user = maker.user.unwrap_or_else(|| portal.randomness.bytes());
    let exclude: Vec<Vec<u8>> = maker
        .passkeys
        .into_iter()
        .map(|passkey| passkey.credential)
        .collect();
    let begun = relying_party.begin_making(user, &exclude);
    write
        .insert_passkey_challenge(
            &maker.session,
            &begun.challenge,
            Ceremony::Make,
            &begun.state,
            portal.now() + LIFETIME,
            MOST_CHALLENGES,
        )
        .await?;
    write.commit().await?;
    Ok(Json(PasskeyMakeOptions {
        challenge: Bounded::new(begun.challenge.to_vec()).expect("16 bytes are within the limit"),
        rp_id: relying_party.id().to_owned(),
        rp_name: portal.view.name.clone(),
        user: Bounded::new(user.to_vec()).expect("32 bytes are within the limit"),
        algorithms: ALGORITHMS.to_vec(),
        exclude: exclude.into_iter().filter_map(Bounded::new).collect(),
        timeout: TIMEOUT_MS,
    }))
}
