//! Owns the exchange of an assertion for a session. A passkey that is not registered takes the same statements and as much
//! computing as one that is, and every refusal is the same answer.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use sealpost_api::{
    ErrorCode,
    passkey::{PasskeyUseFinish, PasskeyUsed},
    recipient::SessionView,
};
use subtle::ConstantTimeEq;

use super::{
    refused::Refused,
    relying_party::{Credential, RelyingParty, challenge_of_used},
};
use crate::{
    audit::Event,
    hash_key::AddressHash,
    portal::Portal,
    recipient::{
        cookie::{SessionCookie, SessionId},
        sign_in::Facts,
    },
    storage::{Ceremony, PASSKEY_ID_LEN, ProofRow, SessionMethod, Source, StorageError, Write},
    web::{body::Body, errors::Refusal, request_id::RequestId},
};

/// `POST /api/v1/passkeys/use/finish`
pub(crate) async fn finish(
    State(portal): State<Arc<Portal>>,
    id: RequestId,
    cookie: SessionCookie,
    Body(used): Body<PasskeyUseFinish>,
) -> Result<Response, Refusal> {
    let relying_party = RelyingParty::of(&portal.origin).ok_or(ErrorCode::WayNotAllowed)?;
    let mut write = portal.store.write().await?;
    let session = cookie.0.as_ref();
    let mut about = None;
    let checked = check(
        &portal,
        &mut write,
        &relying_party,
        session,
        &used,
        &mut about,
    )
    .await?;
    let event = Event::PasskeyUse;
    let accepted = match checked {
        Ok(accepted) => accepted,
        Err(refused) if refused.is_idle() => {
            drop(write);
            portal.refused_because(event, refused.as_str());
            return Err(ErrorCode::from(refused).into());
        }
        Err(refused) => {
            portal
                .audit_passkey(&mut write, &id, event, Err(refused), about.as_ref())
                .await?;
            // A refusal is committed too: the challenge is used, and a copied passkey locked.
            write.commit().await?;
            return Err(ErrorCode::from(refused).into());
        }
    };

    for proof in &accepted.proofs {
        let address = Some(&proof.address);
        portal
            .audit_passkey(&mut write, &id, event, Ok(()), address)
            .await?;
    }
    let proofs = accepted.proofs.into_iter();
    let facts = Facts {
        addresses: proofs
            .map(|proof| portal.proved_before(proof, SessionMethod::Passkey))
            .collect(),
        passkey: Some(accepted.passkey),
        ..Facts::default()
    };
    let new = portal.sign_in(&mut write, session, facts).await?;
    let account = portal.live_account(&mut write, Some(&new.id)).await?;
    write.commit().await?;
    let mut response = Json(SessionView {
        signed_in: true,
        account: account.and_then(|account| portal.accounts.view(&account)),
        returned: None,
        passkey_offered: false,
    })
    .into_response();
    response
        .headers_mut()
        .insert(header::SET_COOKIE, new.set_cookie);
    Ok(response)
}

/// A passkey that was used rightly, and what it proves.
struct Accepted {
    passkey: [u8; PASSKEY_ID_LEN],
    /// At least one.
    proofs: Vec<ProofRow>,
}

/// Checks an assertion. `about` becomes an address of the passkey, for the audit, once whoever asks has shown to have it.
async fn check(
    portal: &Portal,
    write: &mut Write,
    relying_party: &RelyingParty,
    session: Option<&SessionId>,
    used: &PasskeyUsed,
    about: &mut Option<AddressHash>,
) -> Result<Result<Accepted, Refused>, StorageError> {
    let now = portal.now();
    let Some(challenge) = challenge_of_used(used) else {
        return Ok(Err(Refused::Challenge));
    };
    let Some(session) = session else {
        return Ok(Err(Refused::Challenge));
    };
    let state = write
        .take_passkey_challenge(session, &challenge, Ceremony::Use, now)
        .await?;
    let Some(state) = state else {
        return Ok(Err(Refused::Challenge));
    };
    let passkey = write.nearest_passkey(used.id.as_bytes()).await?;
    let passkey = passkey.filter(|passkey| {
        let id = passkey.credential.ct_eq(used.id.as_bytes());
        bool::from(id & passkey.user.ct_eq(used.user.as_bytes()))
    });
    let credential = passkey.as_ref().map(|passkey| Credential {
        public_key: passkey.public_key.clone(),
        use_state: passkey.use_state,
    });
    let verified = relying_party.finish_use(&state, used, credential.as_ref());
    let (Some(passkey), use_state) = (passkey, verified) else {
        return Ok(Err(Refused::Unknown));
    };
    if let Err(refused) = use_state
        && refused != Refused::Counter
    {
        return Ok(Err(refused));
    }
    // Whoever comes here has the passkey, or a copy of it.
    let proofs = write.proofs(Source::Passkey(&passkey.id), now).await?;
    *about = proofs.first().map(|proof| proof.address);
    if passkey.locked.is_some() {
        return Ok(Err(Refused::Locked));
    }
    let Ok(use_state) = use_state else {
        tracing::warn!("a passkey's counter went back: it may have been copied, and is locked");
        write.lock_passkey(&passkey.id, now).await?;
        return Ok(Err(Refused::Counter));
    };
    if proofs.is_empty() {
        return Ok(Err(Refused::NoProof));
    }
    write.use_passkey(&passkey.id, &use_state, now).await?;
    Ok(Ok(Accepted {
        passkey: passkey.id,
        proofs,
    }))
}
