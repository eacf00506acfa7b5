//! Owns whose request it is: the network that budgets count. The address itself goes nowhere else.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use ipnet::IpNet;
use sealpost_api::ErrorCode;

use super::errors::Refusal;
use crate::portal::Portal;

/// Networks that budgets tell apart: an IPv4 /24, an IPv6 /56.
const IPV4_PREFIX: u8 = 24;
const IPV6_PREFIX: u8 = 56;

/// The network a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientNetwork(IpNet);

impl ClientNetwork {
    fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let prefix = if address.is_ipv4() {
            IPV4_PREFIX
        } else {
            IPV6_PREFIX
        };
        let network = IpNet::new(address, prefix).expect("24 of 32 and 56 of 128 bits");
        Self(network.trunc())
    }

    /// The network's address bytes; 4 or 16, so that no two networks are alike.
    pub(crate) fn octets(&self) -> Vec<u8> {
        match self.0.addr() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        }
    }
}

impl FromRequestParts<Arc<Portal>> for ClientNetwork {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Refusal> {
        let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
            tracing::error!("a connection without an address");
            return Err(ErrorCode::Internal.into());
        };
        let forwarded = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        Ok(Self::of(client(
            peer.ip(),
            forwarded,
            &portal.trusted_proxies,
        )))
    }
}

/// The last address that no trusted proxy has: what stands left of it, anyone can have written.
fn client<'a>(peer: IpAddr, forwarded: impl Iterator<Item = &'a str>, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| {
        let address = address.to_canonical();
        trusted.iter().any(|network| network.contains(&address))
    };
    let mut client = peer;
    let forwarded: Vec<_> = forwarded.collect();
    for hop in forwarded.iter().rev() {
        if !is_trusted(client) {
            break;
        }
        match address(hop.trim()) {
            Some(address) => client = address,
            None => break,
        }
    }
    client
}

/// The address of one entry. Some proxies add the port, and IPv6 has brackets then.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry
        .strip_prefix('[')
        .and_then(|entry| entry.strip_suffix(']'))
        .unwrap_or(entry);
    let with_port = || entry.parse().map(|entry: SocketAddr| entry.ip());
    bare.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted
            .iter()
            .map(|network| network.parse().unwrap())
            .collect();
        client(peer.parse().unwrap(), forwarded.split(','), &trusted).to_string()
    }

    #[test]
    fn a_header_counts_only_from_a_trusted_proxy() {
        assert_eq!(ask("203.0.113.9", "198.51.100.1", &[]), "203.0.113.9");
        assert_eq!(
            ask("203.0.113.9", "198.51.100.1", &["10.0.0.0/8"]),
            "203.0.113.9"
        );
        assert_eq!(
            ask("10.0.0.1", "198.51.100.1", &["10.0.0.0/8"]),
            "198.51.100.1"
        );
        assert_eq!(
            ask("::ffff:10.0.0.1", "198.51.100.1", &["10.0.0.0/8"]),
            "198.51.100.1"
        );
    }

    #[test]
    fn what_the_client_wrote_itself_does_not_count() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(
            ask("10.0.0.1", "192.0.2.66, 198.51.100.1", &trusted),
            "198.51.100.1"
        );
        assert_eq!(
            ask("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.2", &trusted),
            "198.51.100.1"
        );
        assert_eq!(ask("10.0.0.1", "192.0.2.66, garbage", &trusted), "10.0.0.1");
    }

    #[test]
    fn an_entry_may_have_a_port() {
        let trusted = ["10.0.0.0/8"];
        for (entry, address) in [
            ("198.51.100.1:51234", "198.51.100.1"),
            ("[2001:db8::1]:51234", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(ask("10.0.0.1", entry, &trusted), address);
            let both = format!("{entry}, 10.0.0.2:443");
            assert_eq!(ask("10.0.0.1", &both, &trusted), address);
        }
        assert_eq!(ask("10.0.0.1", "198.51.100.1:x", &trusted), "10.0.0.1");
    }

    #[test]
    fn neighbours_share_a_network() {
        let of = |address: &str| ClientNetwork::of(address.parse().unwrap());
        assert_eq!(of("192.0.2.1"), of("192.0.2.254"));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.9"));
        assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
        assert_eq!(of("2001:db8:0:aa00::1"), of("2001:db8:0:aaff::2"));
        assert_ne!(of("2001:db8:0:aa00::1"), of("2001:db8:0:ab00::1"));
    }
}
