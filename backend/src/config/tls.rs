//! Owns `[tls]`.

use std::path::PathBuf;

use serde::Deserialize;

/// Where the portal speaks TLS itself.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// PEM file of the certificate and its chain.
    pub certificate: PathBuf,
    /// PEM file of the private key.
    pub key: PathBuf,
}
