//! Owns the exchange of a passcode for a session.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use sealpost_api::{
    ErrorCode,
    recipient::{Verify, VerifyResponse},
};

use super::{
    code::{Code, TRIES},
    cookie::{SessionCookie, SessionId},
    session::ABSOLUTE,
    sign_in::Facts,
};
use crate::{
    account::browser,
    address::Address,
    audit::{About, Event},
    portal::Portal,
    storage::{PasscodeKey, SessionMethod, Write},
    web::{body::Body, errors::Refusal, request_id::RequestId},
};

/// No session has this id: SHA-256 of nothing known.
const NO_SESSION: SessionId = [0; 32];

/// `POST /api/v1/sign-in/verify`
pub(crate) async fn verify(
    State(portal): State<Arc<Portal>>,
    id: RequestId,
    cookie: SessionCookie,
    headers: HeaderMap,
    Body(request): Body<Verify>,
) -> Result<Response, Refusal> {
    let address = Address::parse(&request.address).map_err(|_| ErrorCode::BadAddress)?;
    let code = Code::parse(request.code).ok_or(ErrorCode::BadRequest)?;
    let possessed = portal.possessed(&request.possession).await?;
    let hash = portal.hashes.address(&address);
    let key = PasscodeKey {
        message: possessed.id(),
        address: &hash,
        tab: &portal.hashes.tab(&request.tab),
    };
    let old = cookie.0.unwrap_or(NO_SESSION);

    let mut write = portal.store.write().await?;
    let outcome = check(&portal, &mut write, &key, &old, &code).await;
    if let Err(
        refusal @ Refusal {
            tries_left: None, ..
        },
    ) = outcome
    {
        // No try was counted.
        portal.refused(Event::Verify, refusal.code, Some(possessed.id()));
        return Err(refusal);
    }
    let (mut new_session, mut new_browser) = (None, None);
    if outcome.is_ok() {
        let account = portal.live_account(&mut write, cookie.0.as_ref()).await?;
        let provider = account.as_ref().map(|account| account.provider.clone());
        let proved = portal.proved_now(&address, SessionMethod::Code, provider);
        if let Some(account) = account.filter(|_| request.keep) {
            portal.keep(&mut write, &account, &proved).await?;
        }
        let browser = browser::of(&headers, &portal);
        new_browser = portal.see_browser(&mut write, browser, &address).await?;
        let facts = Facts {
            addresses: vec![proved],
            ..Facts::default()
        };
        new_session = Some(portal.sign_in(&mut write, cookie.0.as_ref(), facts).await?);
    }
    let about = About {
        message: Some(possessed.id()),
        address: Some(&hash),
        ..About::default()
    };
    let result = outcome.as_ref().map(drop).map_err(|refusal| refusal.code);
    portal
        .audit(&mut write, &id, Event::Verify, result, about)
        .await?;
    // A refusal is committed too: the try counts.
    write.commit().await?;
    outcome?;

    let mut response = Json(VerifyResponse {
        expires_in: u32::try_from(ABSOLUTE).expect("8 hours in seconds"),
    })
    .into_response();
    if let Some(session) = new_session {
        response
            .headers_mut()
            .append(header::SET_COOKIE, session.set_cookie);
    }
    if let Some(browser) = new_browser {
        response.headers_mut().append(header::SET_COOKIE, browser);
    }
    // A notice may wait.
    portal.mail_queued.notify_one();
    Ok(response)
}

/// Counts the try, then compares; a code is gone once it was used, or wrong for the last time.
async fn check(
    portal: &Portal,
    write: &mut Write,
    key: &PasscodeKey<'_>,
    session: &SessionId,
    code: &Code,
) -> Result<(), Refusal> {
    let now = portal.now();
    let most = i64::from(TRIES);
    let Some(counted) = write.count_try(key, session, most, now).await? else {
        let used_up = write.is_used_up(key, session, most, now).await?;
        return Err(if used_up {
            ErrorCode::CodeUsedUp.into()
        } else {
            ErrorCode::CodeExpired.into()
        });
    };
    if bool::from(code.matches(&portal.hashes.passcode, &counted.id, &counted.code)) {
        write.kill_passcode(&counted.id, true).await?;
        return Ok(());
    }
    let left = u8::try_from(most - counted.tries).unwrap_or(0);
    if left == 0 {
        write.kill_passcode(&counted.id, false).await?;
        return Err(Refusal::tries(ErrorCode::CodeUsedUp, 0));
    }
    Err(Refusal::tries(ErrorCode::CodeWrong, left))
}
