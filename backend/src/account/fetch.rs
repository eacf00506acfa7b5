//! Owns how the portal speaks to providers: HTTPS by the crate that the sealer uses, no redirects, every answer bounded in time
//! and size. It blocks, so it runs on threads for that.

use std::{fs, path::Path, sync::Arc, time::Duration};

use openidconnect::{HttpRequest, HttpResponse};
use thiserror::Error;
use ureq::{
    Agent,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use crate::config::ConfigError;

/// Longest time of a whole exchange.
const TIME: Duration = Duration::from_secs(8);
/// Longest time to connect.
const CONNECT: Duration = Duration::from_secs(4);
/// Largest answer, in bytes; a key set of Microsoft's has about 20 kB.
pub(crate) const ANSWER_LEN: u64 = 512 * 1024;

/// Why there is no answer. No text of the provider is in it.
#[derive(Debug, Error)]
pub(crate) enum FetchError {
    /// Not connected, or cut off.
    #[error("the provider cannot be reached")]
    Unreachable,
    /// Too slow.
    #[error("the provider took too long")]
    TooSlow,
    /// Over [`ANSWER_LEN`].
    #[error("the provider's answer is too large")]
    TooLarge,
    /// The certificate is not to be trusted.
    #[error("the provider's certificate is not trusted")]
    Certificate,
    /// Not HTTP.
    #[error("the provider's answer is no HTTP")]
    Malformed,
}

impl From<ureq::Error> for FetchError {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Timeout(_) => Self::TooSlow,
            ureq::Error::BodyExceedsLimit(_) => Self::TooLarge,
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => Self::Certificate,
            // rustls's refusals of a certificate come as input and output errors.
            ureq::Error::Io(io)
                if io
                    .get_ref()
                    .is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>) =>
            {
                Self::Certificate
            }
            ureq::Error::Io(_) | ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => {
                Self::Unreachable
            }
            _ => Self::Malformed,
        }
    }
}

/// A client for one provider.
#[derive(Clone)]
pub(crate) struct Fetch(Agent);

impl Fetch {
    /// `authority` is the PEM file of a private authority.
    pub(crate) fn new(authority: Option<&Path>) -> Result<Self, ConfigError> {
        let mut tls = TlsConfig::builder();
        if let Some(path) = authority {
            tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates(path)?)));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect of the token endpoint would carry the secret along.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(TIME))
            .timeout_connect(Some(CONNECT))
            .user_agent(concat!("sealpost-portal/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build();
        Ok(Self(config.into()))
    }

    /// Sends a request; blocks.
    pub(crate) fn send(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let response = self.0.run(request)?;
        let (parts, mut body) = response.into_parts();
        let bytes = body.with_config().limit(ANSWER_LEN).read_to_vec()?;
        Ok(HttpResponse::from_parts(parts, bytes))
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, ConfigError> {
    const PROBLEM: ConfigError = ConfigError::Value {
        key: "provider.ca_file",
        problem: "no PEM file of certificates",
    };
    let pem = fs::read(path).map_err(|source| ConfigError::File {
        path: path.to_owned(),
        source,
    })?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| PROBLEM)? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(PROBLEM);
    }
    Ok(certificates)
}
