//! Owns `[proxy]`.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Deserializer, de};

use super::ConfigError;

/// 127.0.0.0/8 (RFC 1122, section 3.2.1.3).
const LOOPBACK: Ipv4Net = Ipv4Net::new_assert(std::net::Ipv4Addr::new(127, 0, 0, 0), 8);

/// Reverse proxies in front of the portal.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ProxyConfig {
    /// Networks (`10.0.0.0/8`) or addresses whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "networks")]
    pub trusted: Vec<IpNet>,
}

impl ProxyConfig {
    /// Where the origin is https and the portal does not speak TLS, a proxy on this machine does: it is trusted where no other
    /// is named, or all its clients would be one network.
    pub(super) fn trust_own_machine(&mut self, https: bool, tls: bool) {
        if https && !tls && self.trusted.is_empty() {
            self.trusted = vec![LOOPBACK.into(), IpAddr::from(Ipv6Addr::LOCALHOST).into()];
        }
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.trusted.iter().any(|network| network.prefix_len() == 0) {
            return Err(ConfigError::Value {
                key: "proxy.trusted",
                problem: "a network of every address trusts everyone: name the proxies",
            });
        }
        Ok(())
    }
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|text| {
            text.parse()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        })
        .collect::<Result<_, _>>()
        .map_err(|_| de::Error::custom("an address like 192.0.2.1 or a network like 192.0.2.0/24"))
}
