//! Owns the mailing of a passcode. A stranger's address takes the same path as a recipient's: same statements, same rows, same
//! answer; only the sending task, later, drops the stranger's mail.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use sealpost_api::{
    ErrorCode,
    recipient::{Challenge, ChallengeResponse},
};

use super::{
    code::{self, Code, LIFETIME, RESEND},
    cookie::{NewSession, SessionCookie, SessionId},
    possession::Possessed,
    session::is_live,
};
use crate::{
    address::Address,
    audit::{About, Event},
    hash_key::AddressHash,
    mail::{PasscodeMail, queue},
    portal::Portal,
    storage::{NewPasscode, NewSessionRow, PasscodeKey, QueueRow, Write},
    web::{body::Body, client_address::ClientNetwork, errors::Refusal, request_id::RequestId},
};

/// `POST /api/v1/sign-in/challenge`
pub(crate) async fn challenge(
    State(portal): State<Arc<Portal>>,
    id: RequestId,
    network: ClientNetwork,
    cookie: SessionCookie,
    Body(request): Body<Challenge>,
) -> Result<Response, Refusal> {
    let address = Address::parse(&request.address).map_err(|_| ErrorCode::BadAddress)?;
    let possessed = portal.possessed(&request.possession).await?;
    let hash = portal.hashes.address(&address);
    let asked = Asked {
        possessed: &possessed,
        address: &address,
        hash: &hash,
        tab: portal.hashes.tab(&request.tab),
        network,
    };

    let mut write = portal.store.write().await?;
    let new_session = portal.pre_session(&mut write, &cookie).await?;
    let session = new_session.as_ref().map(|new| new.id).or(cookie.0);
    let session = session.expect("a request without a live session was given one");
    let reference = match send(&portal, &mut write, &asked, &session).await {
        Ok(reference) => reference,
        Err(refusal) => {
            // Undone with the session, whose cookie the browser does not get.
            portal.refused(Event::Challenge, refusal.code, Some(possessed.id()));
            return Err(refusal);
        }
    };
    let about = About {
        message: Some(possessed.id()),
        address: Some(&hash),
        ..About::default()
    };
    portal
        .audit(&mut write, &id, Event::Challenge, Ok(()), about)
        .await?;
    write.commit().await?;
    portal.mail_queued.notify_one();

    let mut response = Json(ChallengeResponse {
        reference,
        expires_in: LIFETIME,
        resend_in: RESEND,
    })
    .into_response();
    if let Some(session) = new_session {
        response
            .headers_mut()
            .insert(header::SET_COOKIE, session.set_cookie);
    }
    Ok(response)
}

/// Who asks for what.
struct Asked<'a> {
    possessed: &'a Possessed,
    address: &'a Address,
    hash: &'a AddressHash,
    tab: [u8; 32],
    network: ClientNetwork,
}

/// Keeps a code and queues its mail; the reference code.
async fn send(
    portal: &Portal,
    write: &mut Write,
    asked: &Asked<'_>,
    session: &SessionId,
) -> Result<String, Refusal> {
    // Decided by the domain and the session alone: the same for every address of the domain, recipient or not.
    let rule = portal.rule(asked.address);
    let account = portal.live_account(write, Some(session)).await?;
    if !rule.takes_code_alone()
        && !account.is_some_and(|account| rule.takes_account(&account.provider))
    {
        return Err(ErrorCode::WayNotAllowed.into());
    }
    let now = portal.now();
    let message = asked.possessed.id();
    let key = PasscodeKey {
        message,
        address: asked.hash,
        tab: &asked.tab,
    };
    if let Some(sent) = write.passcode_sent(&key).await?
        && let wait = sent + i64::from(RESEND) - now
        && wait > 0
    {
        return Err(Refusal::retry(
            ErrorCode::TooSoon,
            u32::try_from(wait).unwrap_or(RESEND),
        ));
    }
    let row = write
        .message(message)
        .await?
        .ok_or(ErrorCode::UnknownMessage)?;
    let buckets = portal
        .buckets(write, message, asked.hash, &row.token_id, asked.network)
        .await?;
    portal.check_budgets(write, &buckets).await?;
    portal.count_budgets(write, &buckets).await?;

    let is_recipient = write.is_recipient(message, asked.hash).await?;
    let code = Code::make(&portal.randomness);
    let reference = code::reference(&portal.randomness);
    let id = portal.randomness.bytes();
    let expires = now + i64::from(LIFETIME);
    write
        .replace_passcode(
            &key,
            &NewPasscode {
                id: &id,
                session,
                code: &code.hash(&portal.hashes.passcode, &id, is_recipient),
                sent: now,
                expires,
            },
        )
        .await?;
    let mail = PasscodeMail {
        message: *message,
        address: asked.address.clone(),
        code,
        reference: reference.clone(),
        deliver: is_recipient,
    };
    let row = portal.randomness.bytes();
    let payload = queue::seal(portal, &row, &mail);
    let row = QueueRow {
        id: row,
        payload,
        attempts: 0,
        expires,
    };
    write.insert_mail(&row, Some(&id), now).await?;
    Ok(reference)
}

impl Portal {
    /// A session for a browser that has no live one. It has no address: it only ties the code to this browser.
    pub(crate) async fn pre_session(
        &self,
        write: &mut Write,
        cookie: &SessionCookie,
    ) -> Result<Option<NewSession>, Refusal> {
        let now = self.now();
        if let Some(id) = &cookie.0
            && let Some(session) = write.session(id).await?
            && is_live(&session, now)
        {
            write.touch_session(id, now).await?;
            return Ok(None);
        }
        let new = NewSession::make(&self.randomness, self.origin.is_secure());
        let row = NewSessionRow {
            id: &new.id,
            account: None,
            passkey: None,
            returned: None,
        };
        write.insert_session(&row, now).await?;
        Ok(Some(new))
    }
}
