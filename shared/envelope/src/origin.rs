//! Owns what counts as the portal's origin in a header: text that equals the browser's `location.origin` byte for byte.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::ParseError;

/// Longest DNS name, in bytes (RFC 1035, section 2.3.4, without the root).
const NAME_LEN: usize = 253;
/// Longest DNS label, in bytes.
const LABEL_LEN: usize = 63;

/// Checks that `text` is `https://host[:port]`, or `http://host[:port]` where the host is loopback (`localhost`,
/// `127.0.0.0/8`, `[::1]`): lower case, no path, no trailing slash, no default port, no user.
///
/// # Errors
/// [`ParseError::Malformed`] for anything else.
pub fn check(text: &str) -> Result<(), ParseError> {
    is_origin(text)
        .then_some(())
        .ok_or(ParseError::Malformed("portal"))
}

fn is_origin(text: &str) -> bool {
    let (authority, default_port, loopback_only) = if let Some(rest) = text.strip_prefix("https://")
    {
        (rest, "443", false)
    } else if let Some(rest) = text.strip_prefix("http://") {
        (rest, "80", true)
    } else {
        return false;
    };
    let Some((host, port)) = split_port(authority) else {
        return false;
    };
    let port_fits = port.is_none_or(|port| {
        port != default_port
            && !port.starts_with('0')
            && port.bytes().all(|b| b.is_ascii_digit())
            && port.parse::<u16>().is_ok()
    });
    port_fits && is_host(host) && (!loopback_only || is_loopback(host))
}

/// `host` and `port` of `host[:port]`; the colons of a bracketed IPv6 address are its own.
fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    let host_len = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, rest) = authority.split_at(host_len);
    match rest.strip_prefix(':') {
        Some(port) => Some((host, Some(port))),
        None => rest.is_empty().then_some((host, None)),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(address) = ipv6(host) {
        // Browsers write the compressed form, so only that one equals their origin.
        return host[1..host.len() - 1] == address.to_string();
    }
    // A last label of digits makes browsers read the whole name as an IPv4 address.
    if host
        .rsplit('.')
        .next()
        .is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()))
    {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.len() <= NAME_LEN
        && host.split('.').all(|label| {
            (1..=LABEL_LEN).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || ipv6(host).is_some_and(|ip| ip.is_loopback())
}

fn ipv6(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_as_browsers_write_them_pass() {
        for text in [
            "https://portal.example.com",
            "https://portal.example.com:8443",
            "https://xn--bcher-kva.example",
            "https://localhost",
            "https://192.0.2.1",
            "https://[2001:db8::1]:8443",
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://[::1]:8080",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "portal.example.com",
            "https://",
            "https://portal.example.com/",
            "https://portal.example.com/path",
            "https://portal.example.com?q",
            "https://portal.example.com#f",
            "https://Portal.example.com",
            "HTTPS://portal.example.com",
            "https://user@portal.example.com",
            "https://portal.example.com:443",
            "http://localhost:80",
            "https://portal.example.com:",
            "https://portal.example.com:0",
            "https://portal.example.com:08443",
            "https://portal.example.com:+8443",
            "https://portal.example.com:65536",
            "https://portal..example.com",
            "https://portal.example.com.",
            "https://-portal.example.com",
            "https://portal_1.example.com",
            "https://bücher.example",
            "https://portal.example.com ",
            "https://1.2.3",
            "https://192.0.2.256",
            "https://[2001:DB8::1]",
            "https://[2001:db8:0:0::1]",
            "https://[::1",
            "https://[::1]x",
            "http://portal.example.com",
            "http://192.0.2.1",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://[::2]",
            "ftp://localhost",
            "javascript://localhost",
        ] {
            assert_eq!(check(text), Err(ParseError::Malformed("portal")), "{text}");
        }
    }

    #[test]
    fn a_name_may_be_as_long_as_dns_allows_and_no_longer() {
        let label = "a".repeat(LABEL_LEN);
        let name = format!("{label}.{label}.{label}.{}", "b".repeat(NAME_LEN - 3 * 64));
        assert_eq!(name.len(), NAME_LEN);
        assert_eq!(check(&format!("https://{name}")), Ok(()));
        assert!(check(&format!("https://{name}b")).is_err());
        assert!(check(&format!("https://{label}a.example")).is_err());
    }
}
