//! Owns `[proxy]`.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de};

/// Reverse proxies in front of the portal.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ProxyConfig {
    /// Networks (`10.0.0.0/8`) or addresses whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "networks")]
    pub trusted: Vec<IpNet>,
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
