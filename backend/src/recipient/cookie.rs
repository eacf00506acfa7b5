//! Owns the session's cookie: an opaque random value, unreadable for scripts, never sent to or from another site.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::{portal::Portal, randomness::Randomness};

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
        let value = Zeroizing::new(BASE64URL_NOPAD.encode(&randomness.bytes::<32>()));
        Self {
            id: id_of(&value),
            set_cookie: set_cookie(&value, secure, ""),
        }
    }
}

/// The header that takes the session from the browser.
pub(crate) fn no_cookie(secure: bool) -> HeaderValue {
    set_cookie("", secure, "; Max-Age=0")
}

impl FromRequestParts<Arc<Portal>> for SessionCookie {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        portal: &Arc<Portal>,
    ) -> Result<Self, Infallible> {
        let name = name(portal.origin.is_secure());
        let values = parts.headers.get_all(header::COOKIE).iter();
        let value = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| id_of(value));
        Ok(Self(value))
    }
}

fn id_of(value: &str) -> SessionId {
    Sha256::digest(value).into()
}

/// The `__Host-` prefix needs `Secure`, which plain http on loopback does not have in every browser.
const fn name(secure: bool) -> &'static str {
    if secure { "__Host-session" } else { "session" }
}

fn set_cookie(value: &str, secure: bool, more: &str) -> HeaderValue {
    let name = name(secure);
    let flag = if secure { "; Secure" } else { "" };
    let mut text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{flag}{more}");
    let mut header = HeaderValue::from_str(&text).expect("base64url is a header's value");
    text.zeroize();
    header.set_sensitive(true);
    header
}
