//! Owns `[listen]`.

use std::net::{Ipv4Addr, SocketAddr};

use serde::Deserialize;

use super::ConfigError;

/// Addresses to listen on; port 0 takes a free one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenConfig {
    /// For everyone: web app and API.
    pub portal: SocketAddr,
    /// For the operator: health and readiness. Plain HTTP, also with `[tls]`, so loopback only.
    pub admin: SocketAddr,
}

impl Default for ListenConfig {
    fn default() -> Self {
        Self {
            portal: (Ipv4Addr::LOCALHOST, 8080).into(),
            admin: (Ipv4Addr::LOCALHOST, 9090).into(),
        }
    }
}

impl ListenConfig {
    pub(super) fn validate(&self, tls: bool) -> Result<(), ConfigError> {
        if !tls && !self.portal.ip().is_loopback() {
            return Err(ConfigError::Value {
                key: "listen.portal",
                problem: "plain HTTP is for loopback only: add [tls], or listen on 127.0.0.1 behind a proxy",
            });
        }
        if !self.admin.ip().is_loopback() {
            return Err(ConfigError::Value {
                key: "listen.admin",
                problem: "plain HTTP is for loopback only: listen on 127.0.0.1; the portal's own listener answers /healthz and /readyz too",
            });
        }
        Ok(())
    }
}
