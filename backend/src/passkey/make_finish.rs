//! Owns the end of the making of a passkey: it is checked, kept, and proves what the session proved, for no longer.

use std::sync::Arc;

use axum::{Json, extract::State};
use sealpost_api::{
    ErrorCode,
    account::ProofMethod,
    passkey::{PasskeyMade, PasskeyMakeFinish, PasskeyMakeFinishResponse},
};

use super::{
    maker::Maker,
    refused::Refused,
    relying_party::{Made, RelyingParty, challenge_of_made},
};
use crate::{
    audit::Event,
    portal::Portal,
    recipient::cookie::SessionCookie,
    storage::{
        Ceremony, PasskeyRow, ProofRow, SessionAddress, SessionMethod, Source, StorageError, Write,
    },
    web::{body::Body, errors::Refusal, request_id::RequestId},
};

/// `POST /api/v1/passkeys/make/finish`
pub(crate) async fn finish(
    State(portal): State<Arc<Portal>>,
    id: RequestId,
    cookie: SessionCookie,
    Body(made): Body<PasskeyMakeFinish>,
) -> Result<Json<PasskeyMakeFinishResponse>, Refusal> {
    let relying_party = RelyingParty::of(&portal.origin).ok_or(ErrorCode::WayNotAllowed)?;
    let mut write = portal.store.write().await?;
    let maker = portal.maker(&mut write, cookie.0.as_ref()).await?;
    let checked = check(&portal, &mut write, &relying_party, &maker, &made).await?;
    let outcome = checked.as_ref().map(drop).map_err(|refused| *refused);
    if let Err(refused) = outcome
        && refused.is_idle()
    {
        drop(write);
        portal.refused_because(Event::PasskeyMake, refused.as_str());
        return Err(ErrorCode::from(refused).into());
    }
    if let Ok(made) = checked {
        keep(&portal, &mut write, &maker, made).await?;
    }
    for address in &maker.addresses {
        let address = Some(&address.address);
        portal
            .audit_passkey(&mut write, &id, Event::PasskeyMake, outcome, address)
            .await?;
    }
    // A refusal is committed too: the challenge is used.
    write.commit().await?;
    outcome.map_err(ErrorCode::from)?;
    Ok(Json(PasskeyMakeFinishResponse {}))
}

async fn check(
    portal: &Portal,
    write: &mut Write,
    relying_party: &RelyingParty,
    maker: &Maker,
    made: &PasskeyMade,
) -> Result<Result<Made, Refused>, StorageError> {
    let Some(challenge) = challenge_of_made(made) else {
        return Ok(Err(Refused::Challenge));
    };
    let state = write
        .take_passkey_challenge(&maker.session, &challenge, Ceremony::Make, portal.now())
        .await?;
    let Some(state) = state else {
        return Ok(Err(Refused::Challenge));
    };
    let made = relying_party.finish_making(&state, made);
    if let Ok(made) = &made
        && write.is_passkey(&made.id).await?
    {
        return Ok(Err(Refused::Registered));
    }
    Ok(made)
}

async fn keep(
    portal: &Portal,
    write: &mut Write,
    maker: &Maker,
    made: Made,
) -> Result<(), StorageError> {
    let passkey = PasskeyRow {
        id: portal.randomness.bytes(),
        credential: made.id,
        user: made.user,
        public_key: made.credential.public_key,
        use_state: made.credential.use_state,
        made: portal.now(),
        used: None,
        locked: None,
    };
    write
        .insert_passkey(&passkey, maker.account.as_ref())
        .await?;
    for address in &maker.addresses {
        let Some(proof) = proof(portal, address) else {
            continue;
        };
        write
            .keep_proof(Source::Passkey(&passkey.id), &proof)
            .await?;
    }
    if maker.passkey.is_none() {
        write
            .set_session_passkey(&maker.session, &passkey.id)
            .await?;
    }
    Ok(())
}

/// The address was proved when it was, not when the passkey was made.
fn proof(portal: &Portal, address: &SessionAddress) -> Option<ProofRow> {
    let method = match address.method {
        SessionMethod::Code => ProofMethod::Code,
        SessionMethod::Claim => ProofMethod::Claim,
        SessionMethod::Kept | SessionMethod::Passkey => return None,
    };
    Some(ProofRow {
        id: portal.randomness.bytes(),
        address: address.address,
        domain: address.domain,
        method,
        provider: address.provider.clone(),
        proved: address.proved,
        expires: address.good_until?,
    })
}
