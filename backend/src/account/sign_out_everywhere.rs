//! Owns the end of every session of the person signed in.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use sealpost_api::account::{SignOutEverywhere, SignOutEverywhereResponse};

use super::attempt_cookie::ATTEMPT;
use crate::{
    audit::{About, Event},
    portal::Portal,
    recipient::{
        cookie::{SessionCookie, no_cookie},
        sign_out::CLEAR_SITE_DATA,
    },
    web::{body::Body, errors::Refusal, request_id::RequestId},
};

/// `POST /api/v1/sign-out/everywhere`
pub(crate) async fn sign_out_everywhere(
    State(portal): State<Arc<Portal>>,
    request: RequestId,
    cookie: SessionCookie,
    Body(_): Body<SignOutEverywhere>,
) -> Result<Response, Refusal> {
    let mut write = portal.store.write().await?;
    let myself = portal.myself(&mut write, &cookie).await?;
    let about = About {
        address: myself.addresses.first().map(|proved| &proved.address),
        ..About::default()
    };
    write.delete_sessions(myself.person()).await?;
    portal
        .audit(
            &mut write,
            &request,
            Event::SignOutEverywhere,
            Ok(()),
            about,
        )
        .await?;
    write.commit().await?;
    let answer = Json(SignOutEverywhereResponse {}).into_response();
    Ok(signed_out(&portal, answer, None))
}

/// Takes the cookies from the browser, and asks it to clear its cache.
pub(super) fn signed_out(
    portal: &Portal,
    mut response: Response,
    more: Option<HeaderValue>,
) -> Response {
    let secure = portal.origin.is_secure();
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, no_cookie(secure));
    headers.append(header::SET_COOKIE, ATTEMPT.expired(secure));
    if let Some(more) = more {
        headers.append(header::SET_COOKIE, more);
    }
    headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    response
}
