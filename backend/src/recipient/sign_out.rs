//! Owns the end of a session.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use sealpost_api::recipient::{SignOut, SignOutResponse};

use super::cookie::{SessionCookie, no_cookie};
use crate::{
    audit::{About, Event},
    portal::Portal,
    web::{body::Body, errors::Refusal, request_id::RequestId},
};

pub(crate) const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// `POST /api/v1/sign-out`
pub(crate) async fn sign_out(
    State(portal): State<Arc<Portal>>,
    id: RequestId,
    cookie: SessionCookie,
    Body(_): Body<SignOut>,
) -> Result<Response, Refusal> {
    if let Some(session) = cookie.0 {
        let mut write = portal.store.write().await?;
        if write.session(&session).await?.is_some() {
            let addresses = write.session_addresses(&session, portal.now()).await?;
            let about = About {
                address: addresses.first().map(|proved| &proved.address),
                ..About::default()
            };
            write.delete_session(&session).await?;
            portal
                .audit(&mut write, &id, Event::SignOut, Ok(()), about)
                .await?;
            write.commit().await?;
        }
    }
    let mut response = Json(SignOutResponse {}).into_response();
    let headers = response.headers_mut();
    headers.insert(header::SET_COOKIE, no_cookie(portal.origin.is_secure()));
    headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    Ok(response)
}
