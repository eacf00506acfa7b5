//! Owns the session's cookie: never sent to or from another site.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, request::Parts},
};

use crate::{portal::Portal, randomness::Randomness, web::host_cookie::HostCookie};

const SESSION: HostCookie = HostCookie {
    name: "session",
    same_site: "Strict",
    max_age: None,
};

/// How the database knows a session: SHA-256 of the cookie's value.
pub(crate) type SessionId = [u8; 32];

/// The session that a request names, if it names one.
pub(crate) struct SessionCookie(pub(crate) Option<SessionId>);

/// A fresh session: its id, and the header that gives it to the browser.
pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) set_cookie: HeaderValue,
}

impl NewSession {
    pub(crate) fn make(randomness: &Randomness, secure: bool) -> Self {
        let (id, set_cookie) = SESSION.make(randomness, secure);
        Self { id, set_cookie }
    }
}

/// The header that takes the session from the browser.
pub(crate) fn no_cookie(secure: bool) -> HeaderValue {
    SESSION.expired(secure)
}

impl FromRequestParts<Arc<Portal>> for SessionCookie {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        portal: &Arc<Portal>,
    ) -> Result<Self, Infallible> {
        Ok(Self(
            SESSION.read(&parts.headers, portal.origin.is_secure()),
        ))
    }
}
