//! Owns the portal's origin: scheme, host and port as a browser writes them (RFC 6454, section 6.2).

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;

use crate::address::canonical_domain;

/// A public origin: https anywhere, http on loopback only.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin {
    text: String,
    secure: bool,
}

impl Origin {
    /// As a browser writes it: no trailing slash, no default port.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is https.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }
}

impl TryFrom<String> for Origin {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const SHAPE: &str =
            "give scheme, host and port as a browser writes them, like https://portal.example.com";
        let (scheme, authority) = text.split_once("://").ok_or(SHAPE)?;
        let (host, port) = split_port(authority).ok_or(SHAPE)?;
        let default_port = match scheme {
            "https" => 443,
            "http" => 80,
            _ => return Err(SHAPE),
        };
        // A browser leaves the default port and leading zeros out.
        if port.is_some_and(|port| {
            port.starts_with('0') || !port.parse::<u16>().is_ok_and(|port| port != default_port)
        }) {
            return Err(SHAPE);
        }
        if !is_canonical_host(host) {
            return Err(SHAPE);
        }
        let secure = scheme == "https";
        if !secure && !is_loopback(host) {
            return Err("http is for loopback only: use https");
        }
        Ok(Self { text, secure })
    }
}

/// Whether `host` is this machine: `localhost` or a loopback address.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (_, after) = rest.split_once(']')?;
        let host = &authority[..authority.len() - after.len()];
        return match after.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None if after.is_empty() => Some((host, None)),
            None => None,
        };
    }
    Some(match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    })
}

fn is_canonical_host(host: &str) -> bool {
    if let Some(ip) = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        return ip
            .parse::<Ipv6Addr>()
            .is_ok_and(|parsed| parsed.to_string() == ip);
    }
    host.parse::<Ipv4Addr>().is_ok() || canonical_domain(host).is_ok_and(|domain| domain == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_taken_as_a_browser_writes_them() {
        for text in [
            "https://portal.example.com",
            "https://portal.example.com:8443",
            "https://xn--bcher-kva.example",
            "https://192.0.2.1",
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            assert_eq!(Origin::try_from(text.to_owned()).unwrap().as_str(), text);
        }
    }

    #[test]
    fn other_spellings_and_plain_http_on_the_network_are_refused() {
        for text in [
            "",
            "portal.example.com",
            "https://",
            "https://portal.example.com/",
            "https://portal.example.com:443",
            "https://portal.example.com:",
            "https://portal.example.com:08443",
            "https://portal.example.com:99999",
            "https://Portal.example.com",
            "https://user@portal.example.com",
            "https://bücher.example",
            "ftp://portal.example.com",
            "http://portal.example.com",
            "http://192.0.2.1",
            "http://localhost.example.com",
        ] {
            assert!(Origin::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
