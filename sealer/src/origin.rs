//! Owns the portal's origin: the one form in which header, link and registration name it.

use std::fmt;

use url::{Host, Url};

/// `https://host[:port]` as browsers serialise it (WHATWG URL, section 4.7), or `http://` for loopback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    text: String,
    loopback: bool,
}

/// Why a URL cannot be that of a portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// Not an absolute http or https URL.
    #[error("it is not a URL such as https://portal.example.com")]
    NotAUrl,
    /// Plain http to another machine would show the sender's token to the network.
    #[error("plain http is accepted for this machine only; a portal elsewhere needs https")]
    PlainHttp,
    /// Path, query, fragment or user name.
    #[error("it holds more than scheme, host and port")]
    MoreThanOrigin,
}

impl std::str::FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text).map_err(|_| OriginError::NotAUrl)?;
        let loopback = match url.host().ok_or(OriginError::NotAUrl)? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(OriginError::PlainHttp),
            _ => return Err(OriginError::NotAUrl),
        }
        let more = url.path() != "/"
            || url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some();
        if more {
            return Err(OriginError::MoreThanOrigin);
        }
        Ok(Self {
            text: url.origin().ascii_serialization(),
            loopback,
        })
    }
}

impl Origin {
    /// The origin, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port: what the browser's address bar stresses.
    #[must_use]
    pub fn host(&self) -> &str {
        self.text
            .split_once("://")
            .map_or(self.as_str(), |(_, host)| host)
    }

    /// Whether it is this machine.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_browsers_write_it() {
        for (given, origin) in [
            ("https://Portal.Example.com/", "https://portal.example.com"),
            (
                "https://portal.example.com:443",
                "https://portal.example.com",
            ),
            (
                "https://portal.example.com:8443",
                "https://portal.example.com:8443",
            ),
            (
                "https://b\u{fc}cher.example",
                "https://xn--bcher-kva.example",
            ),
            ("http://localhost:8080/", "http://localhost:8080"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            let parsed: Origin = given.parse().unwrap();
            assert_eq!(parsed.as_str(), origin, "{given}");
            assert!(origin.ends_with(&format!("//{}", parsed.host())));
        }
    }

    #[test]
    fn plain_http_leaves_this_machine_for_nobody() {
        for url in [
            "http://portal.example.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
        ] {
            assert_eq!(url.parse::<Origin>(), Err(OriginError::PlainHttp), "{url}");
        }
    }

    #[test]
    fn anything_but_an_origin_is_refused() {
        for (url, error) in [
            ("portal.example.com", OriginError::NotAUrl),
            ("ftp://portal.example.com", OriginError::NotAUrl),
            ("javascript:alert(1)", OriginError::NotAUrl),
            (
                "https://portal.example.com/app",
                OriginError::MoreThanOrigin,
            ),
            ("https://me@portal.example.com", OriginError::MoreThanOrigin),
            ("https://portal.example.com/#x", OriginError::MoreThanOrigin),
            ("https://portal.example.com/?x", OriginError::MoreThanOrigin),
        ] {
            assert_eq!(url.parse::<Origin>(), Err(error), "{url}");
        }
    }
}
