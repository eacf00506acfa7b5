//! Owns the end of a round trip. The answer is 303 to `/` in every case, and the same for everybody; how it went is told to the
//! session that began it.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    Provider,
    attempt_cookie::ATTEMPT,
    browser,
    round_trip::{RoundTripError, Secrets, SignedIn, parameters},
};
use crate::{
    audit::{self, About, Event},
    portal::Portal,
    recipient::{session::ABSOLUTE, sign_in::Facts},
    storage::{AccountSignInRow, SessionAccount, SessionMethod, Source, StorageError},
    web::{errors::Refusal, request_id::RequestId},
};

/// Longest query, in bytes; codes of Microsoft's have about 2 kB.
const QUERY_LEN: usize = 16 * 1024;
/// What a session is told of a round trip that went well.
pub(crate) const DONE: &str = "done";

/// `GET /api/v1/sign-in/account/callback`
pub(crate) async fn callback(
    State(portal): State<Arc<Portal>>,
    id: RequestId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let mut cookies = vec![ATTEMPT.expired(portal.origin.is_secure())];
    let answer = query
        .filter(|query| query.len() <= QUERY_LEN)
        .as_deref()
        .and_then(parameters)
        .and_then(Answer::of);
    // A refusal here is the database's, and in the log; the person begins again.
    if let Some(answer) = answer
        && let Ok(more) = end(&portal, &id, answer, &headers).await
    {
        cookies.extend(more);
    }
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_static("/"));
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// What a provider's redirect says.
struct Answer {
    state: String,
    code: Option<String>,
    /// RFC 9207.
    issuer: Option<String>,
    error: Option<String>,
}

impl Answer {
    fn of(mut parameters: std::collections::HashMap<String, String>) -> Option<Self> {
        Some(Self {
            state: parameters.remove("state")?,
            code: parameters.remove("code"),
            issuer: parameters.remove("iss"),
            error: parameters.remove("error"),
        })
    }
}

/// Ends the round trip of the answer's state, which is over then whatever comes of it. Cookies to set.
async fn end(
    portal: &Arc<Portal>,
    id: &RequestId,
    answer: Answer,
    headers: &HeaderMap,
) -> Result<Vec<HeaderValue>, Refusal> {
    let state: [u8; 32] = Sha256::digest(&answer.state).into();
    let mut write = portal.store.write().await?;
    let Some(begun) = write.take_account_sign_in(&state).await? else {
        // Nobody's, or used: there is no session to tell.
        return Ok(Vec::new());
    };
    write.commit().await?;

    let cookie = ATTEMPT.read(headers, portal.origin.is_secure());
    let outcome = conclude(portal, &begun, answer, cookie).await;
    if let Err(error) = &outcome {
        tracing::info!(provider = begun.provider, reason = %error, "a sign-in with an account was refused");
    }
    match outcome {
        Ok((provider, signed_in)) => enter(portal, id, &begun, &provider, signed_in, headers).await,
        Err(error) => {
            refuse(portal, id, &begun, error).await?;
            Ok(Vec::new())
        }
    }
}

/// Binds the answer to the browser and the provider that the round trip began with, and redeems it.
async fn conclude(
    portal: &Portal,
    begun: &AccountSignInRow,
    answer: Answer,
    cookie: Option<[u8; 32]>,
) -> Result<(Arc<Provider>, SignedIn), RoundTripError> {
    let now = portal.now();
    let is_browser = cookie.is_some_and(|cookie| bool::from(cookie.ct_eq(&begun.cookie)));
    if !is_browser || begun.expires <= now {
        return Err(RoundTripError::Expired);
    }
    let provider = portal.accounts.provider(&begun.provider).cloned();
    let provider = provider.ok_or(RoundTripError::Refused(
        "the provider is not configured any more",
    ))?;
    let issuer = answer.issuer.as_deref();
    provider.check_answerer(issuer, now).await?;
    if let Some(error) = &answer.error {
        return Err(RoundTripError::of_provider(error));
    }
    let code = answer
        .code
        .ok_or(RoundTripError::Refused("the answer has no code"))?;
    let secrets = Secrets::open(portal, answer.state, &begun.secrets)
        .map_err(|_| RoundTripError::Refused("begun under another master key"))?;
    let signed_in = provider
        .redeem(&portal.origin, secrets, code, issuer, now)
        .await?;
    Ok((provider, signed_in))
}

/// Tells the session that began it.
async fn refuse(
    portal: &Portal,
    id: &RequestId,
    begun: &AccountSignInRow,
    error: RoundTripError,
) -> Result<(), StorageError> {
    let mut write = portal.store.write().await?;
    write
        .set_returned(&begun.session, Some(&audit::name(error.code())))
        .await?;
    portal
        .audit(
            &mut write,
            id,
            Event::AccountReturn,
            Err(error.code()),
            About::default(),
        )
        .await?;
    write.commit().await
}

/// Signs in: the account, what its provider's word proves, and its kept proofs.
async fn enter(
    portal: &Portal,
    id: &RequestId,
    begun: &AccountSignInRow,
    provider: &Provider,
    signed_in: SignedIn,
    headers: &HeaderMap,
) -> Result<Vec<HeaderValue>, Refusal> {
    let now = portal.now();
    let mut write = portal.store.write().await?;
    // Signed out meanwhile: that stands.
    if portal
        .live_session(&mut write, Some(&begun.session))
        .await?
        .is_none()
    {
        return Ok(Vec::new());
    }
    let account = SessionAccount {
        hash: portal.hashes.account(&signed_in.issuer, &signed_in.subject),
        provider: provider.id.clone(),
        expires: now + ABSOLUTE,
    };
    let mut addresses = Vec::new();
    let mut cookies = Vec::new();
    if let Some(address) = &signed_in.proven {
        let name = Some(provider.id.clone());
        addresses.push(portal.proved_now(address, SessionMethod::Claim, name));
        let browser = browser::of(headers, portal);
        cookies.extend(portal.see_browser(&mut write, browser, address).await?);
    }
    let about = addresses.first().map(|proved| proved.address);
    for proof in write.proofs(Source::Account(&account.hash), now).await? {
        addresses.push(portal.proved_before(proof, SessionMethod::Kept));
    }
    let facts = Facts {
        addresses,
        account: Some(account),
        returned: Some(DONE.to_owned()),
        ..Facts::default()
    };
    let new = portal
        .sign_in(&mut write, Some(&begun.session), facts)
        .await?;
    let about = About {
        address: about.as_ref(),
        ..About::default()
    };
    portal
        .audit(&mut write, id, Event::AccountReturn, Ok(()), about)
        .await?;
    write.commit().await?;
    portal.mail_queued.notify_one();
    cookies.push(new.set_cookie);
    Ok(cookies)
}
