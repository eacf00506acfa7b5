//! Owns how mail leaves: SMTP (RFC 5321) with STARTTLS, TLS or, on loopback, neither.

use std::{fs, time::Duration};

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use thiserror::Error;

use crate::config::{ConfigError, MailConfig, MailSecurity};

/// Longest wait for one answer of the server.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Longest time for one mail, in all.
const MAIL_LIMIT: Duration = Duration::from_secs(30);

/// Why a mail was not handed off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SendError {
    /// Another attempt may help.
    #[error("the mail server cannot take it now")]
    Transient,
    /// No attempt will.
    #[error("the mail server refuses it")]
    Permanent,
}

/// Takes mail.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Hands a mail off.
    ///
    /// # Errors
    /// [`SendError`].
    async fn send(&self, mail: Message) -> Result<(), SendError>;
}

/// Why there is no transport.
#[derive(Debug, Error)]
pub enum TransportError {
    /// A file of the configuration.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The authority's certificate, or the server's name.
    #[error("mail: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// A pool of connections to the operator's SMTP server.
pub struct SmtpTransport(AsyncSmtpTransport<Tokio1Executor>);

impl SmtpTransport {
    /// Puts the transport together; connects with the first mail.
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn new(config: &MailConfig) -> Result<Self, TransportError> {
        let tls = match config.security {
            MailSecurity::None => Tls::None,
            MailSecurity::Starttls => Tls::Required(tls_parameters(config)?),
            MailSecurity::Tls => Tls::Wrapper(tls_parameters(config)?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .timeout(Some(TIME_LIMIT));
        if let (Some(username), Some(password)) = (&config.username, config.password()?) {
            // The mail server asks for it.
            builder = builder.credentials(Credentials::new(
                username.clone(),
                password.expose().to_owned(),
            ));
        }
        Ok(Self(builder.build()))
    }
}

fn tls_parameters(config: &MailConfig) -> Result<TlsParameters, TransportError> {
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(path) = &config.ca_file {
        let pem = fs::read(path).map_err(|source| ConfigError::File {
            path: path.clone(),
            source,
        })?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem)?);
    }
    Ok(builder.build()?)
}

#[async_trait]
impl Transport for SmtpTransport {
    async fn send(&self, mail: Message) -> Result<(), SendError> {
        match tokio::time::timeout(MAIL_LIMIT, self.0.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            // The server's words may repeat the address: only the status is logged.
            Ok(Err(error)) if error.is_permanent() => {
                let status = error.status().map(|status| status.to_string());
                tracing::error!(status, "the mail server refuses a mail");
                Err(SendError::Permanent)
            }
            Ok(Err(error)) => {
                let status = error.status().map(|status| status.to_string());
                let kind = if error.is_tls() {
                    "tls"
                } else if error.is_timeout() {
                    "timeout"
                } else if error.is_response() || error.is_client() {
                    "protocol"
                } else {
                    "connection"
                };
                tracing::warn!(status, kind, "the mail server does not take a mail");
                Err(SendError::Transient)
            }
            Err(_) => {
                tracing::warn!(kind = "timeout", "the mail server does not take a mail");
                Err(SendError::Transient)
            }
        }
    }
}
