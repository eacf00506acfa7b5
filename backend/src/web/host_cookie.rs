//! Owns how cookies are written and read: opaque random values, unreadable for scripts, bound to this host. The database knows
//! them by SHA-256 only.

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::randomness::Randomness;

/// SHA-256 of a cookie's value.
pub(crate) type CookieHash = [u8; 32];

/// A kind of cookie.
pub(crate) struct HostCookie {
    /// Without the prefix.
    pub(crate) name: &'static str,
    pub(crate) same_site: &'static str,
    /// Seconds; none for as long as the browser runs.
    pub(crate) max_age: Option<u32>,
}

impl HostCookie {
    /// A fresh value: its hash, and the header that gives it to the browser.
    pub(crate) fn make(&self, randomness: &Randomness, secure: bool) -> (CookieHash, HeaderValue) {
        let value = Zeroizing::new(BASE64URL_NOPAD.encode(&randomness.bytes::<32>()));
        let hash = Sha256::digest(value.as_bytes()).into();
        (hash, self.write(&value, secure, self.max_age))
    }

    /// The header that takes the cookie from the browser.
    pub(crate) fn expired(&self, secure: bool) -> HeaderValue {
        self.write("", secure, Some(0))
    }

    /// The hash of the cookie that a request has, if it has one.
    pub(crate) fn read(&self, headers: &HeaderMap, secure: bool) -> Option<CookieHash> {
        let name = self.full_name(secure);
        let values = headers.get_all(header::COOKIE).iter();
        values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| Sha256::digest(value).into())
    }

    /// The `__Host-` prefix needs `Secure`, which plain http on loopback does not have in every browser.
    fn full_name(&self, secure: bool) -> String {
        format!("{}{}", if secure { "__Host-" } else { "" }, self.name)
    }

    fn write(&self, value: &str, secure: bool, max_age: Option<u32>) -> HeaderValue {
        let name = self.full_name(secure);
        let flag = if secure { "; Secure" } else { "" };
        let age = max_age.map_or_else(String::new, |age| format!("; Max-Age={age}"));
        let same_site = self.same_site;
        let mut text = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}{flag}{age}");
        let mut header = HeaderValue::from_str(&text).expect("base64url is a header's value");
        text.zeroize();
        header.set_sensitive(true);
        header
    }
}
