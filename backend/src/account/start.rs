//! Owns the beginning of a round trip. Only this call, from our own pages, can begin one: there is no link that signs anybody in.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use data_encoding::BASE64URL_NOPAD;
use sealpost_api::{
    ErrorCode,
    account::{AccountStart, AccountStartResponse},
};
use sha2::{Digest, Sha256};

use super::{
    attempt_cookie::{ATTEMPT, LIFETIME},
    round_trip::Secrets,
};
use crate::{
    address::Address,
    audit::{About, Event},
    portal::Portal,
    recipient::cookie::SessionCookie,
    sealing_key::UnsealError,
    storage::AccountSignInRow,
    web::{body::Body, client_address::ClientNetwork, errors::Refusal, request_id::RequestId},
};

/// Seconds that a round trip is known after its end: who comes too late is told so.
const REMEMBERED: i64 = 20 * 60;
/// Round trips that one network may begin in an hour: rows are what they cost.
const STARTS: i64 = 600;
const HOUR: i64 = 60 * 60;

/// `POST /api/v1/sign-in/account/start`
pub(crate) async fn start(
    State(portal): State<Arc<Portal>>,
    id: RequestId,
    network: ClientNetwork,
    cookie: SessionCookie,
    Body(request): Body<AccountStart>,
) -> Result<Response, Refusal> {
    let provider = portal
        .accounts
        .provider(&request.provider)
        .ok_or(ErrorCode::BadRequest)?;
    let address = request.address.as_deref().map(Address::parse).transpose();
    let address = address.map_err(|_| ErrorCode::BadAddress)?;
    let rule = address.as_ref().map(|address| portal.rule(address));
    if rule.is_some_and(|rule| !rule.takes_account(&provider.id)) {
        return Err(ErrorCode::WayNotAllowed.into());
    }
    // A provider learns an address only where it is the one to ask about it.
    let hint = address
        .as_ref()
        .filter(|address| rule.is_some_and(|rule| provider.proves(rule, address.domain())));
    let secrets = Secrets::make(&portal);
    let url = provider
        .authorisation_url(&portal.origin, &secrets, hint, portal.now())
        .await;

    let mut write = portal.store.write().await?;
    let new_session = portal.pre_session(&mut write, &cookie).await?;
    let session = new_session.as_ref().map(|new| new.id).or(cookie.0);
    let session = session.expect("a request without a live session was given one");
    let now = portal.now();
    let key = portal.day_key(&mut write).await?;
    let bucket = key.hash(&[b"account", &network.octets()]);
    let used = write.budget_use(&bucket, now - HOUR).await?;
    if used.count >= STARTS {
        return Err(Refusal::retry(ErrorCode::Unavailable, 60));
    }
    write.count_use(&bucket, now).await?;

    let (cookie, set_cookie) = ATTEMPT.make(&portal.randomness, portal.origin.is_secure());
    let outcome = url.map_err(super::round_trip::RoundTripError::code);
    if outcome.is_ok() {
        let state: [u8; 32] = Sha256::digest(&secrets.state).into();
        let begun = AccountSignInRow {
            cookie,
            session,
            provider: provider.id.clone(),
            secrets: secrets.seal(&portal, &state),
            expires: now + i64::from(LIFETIME),
        };
        let tab = portal.hashes.tab(&request.tab);
        write
            .begin_account_sign_in(&state, &tab, &begun, now + i64::from(LIFETIME) + REMEMBERED)
            .await?;
    }
    let result = outcome.as_ref().map(drop).map_err(|code| *code);
    portal
        .audit(
            &mut write,
            &id,
            Event::AccountStart,
            result,
            About::default(),
        )
        .await?;
    write.commit().await?;

    let mut response = match outcome {
        Ok(url) => Json(AccountStartResponse { url }).into_response(),
        Err(code) => return Err(code.into()),
    };
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, set_cookie);
    if let Some(session) = new_session {
        headers.append(header::SET_COOKIE, session.set_cookie);
    }
    Ok(response)
}

impl Secrets {
    /// 32 random bytes each, as base64url: 43 characters that RFC 7636, section 4.1 allows.
    fn make(portal: &Portal) -> Self {
        let make = || BASE64URL_NOPAD.encode(&portal.randomness.bytes::<32>());
        Self {
            state: make(),
            nonce: make(),
            verifier: make(),
        }
    }

    /// `nonce.verifier`, encrypted; the state is in the row's id as its hash.
    fn seal(&self, portal: &Portal, state: &[u8; 32]) -> Vec<u8> {
        let plain = zeroize::Zeroizing::new(format!("{}.{}", self.nonce, self.verifier));
        let key = &portal.fields.account_sign_in;
        key.seal(&portal.randomness, state, plain.as_bytes())
    }

    /// The inverse of [`Secrets::seal`].
    pub(super) fn open(portal: &Portal, state: String, sealed: &[u8]) -> Result<Self, UnsealError> {
        let id: [u8; 32] = Sha256::digest(&state).into();
        let plain = portal.fields.account_sign_in.open(&id, sealed)?;
        let plain = std::str::from_utf8(&plain).map_err(|_| UnsealError)?;
        let (nonce, verifier) = plain.split_once('.').ok_or(UnsealError)?;
        Ok(Self {
            nonce: nonce.to_owned(),
            verifier: verifier.to_owned(),
            state,
        })
    }
}
