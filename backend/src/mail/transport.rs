//! Owns how mail leaves: SMTP (RFC 5321) with STARTTLS, TLS or, on loopback, neither.

use std::{fs, time::Duration};

use async_trait::async_trait;
use lettre::{
    Message,
    transport::smtp::{
        self,
        authentication::{Credentials, DEFAULT_MECHANISMS as MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
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
    Tls(#[from] smtp::Error),
}

/// The operator's SMTP server; a connection for each mail, so that mails do not wait for each other's.
pub struct SmtpTransport {
    host: String,
    port: u16,
    tls: ConnectionTls,
    credentials: Option<Credentials>,
}

enum ConnectionTls {
    None,
    Starttls(TlsParameters),
    Wrapper(TlsParameters),
}

impl SmtpTransport {
    /// Puts the transport together; connects with each mail.
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn new(config: &MailConfig) -> Result<Self, TransportError> {
        let tls = match config.security {
            MailSecurity::None => ConnectionTls::None,
            MailSecurity::Starttls => ConnectionTls::Starttls(tls_parameters(config)?),
            MailSecurity::Tls => ConnectionTls::Wrapper(tls_parameters(config)?),
        };
        let credentials = match (&config.username, config.password()?) {
            // The mail server asks for it.
            (Some(username), Some(password)) => Some(Credentials::new(
                username.clone(),
                password.expose().to_owned(),
            )),
            _ => None,
        };
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            tls,
            credentials,
        })
    }

    /// Hands a mail off, step by step: what a server says to our account or our sender is the operator's to mend, and the mail
    /// waits; what it says to this recipient or this text stays so.
    async fn hand_off(&self, mail: &Message) -> Result<(), Failure> {
        let name = ClientId::default();
        let (wrapper, starttls) = match &self.tls {
            ConnectionTls::None => (None, None),
            ConnectionTls::Starttls(tls) => (None, Some(tls)),
            ConnectionTls::Wrapper(tls) => (Some(tls), None),
        };
        let server = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            server,
            Some(TIME_LIMIT),
            &name,
            wrapper.cloned(),
            None,
        )
        .await?;
        if let Some(tls) = starttls {
            connection.starttls(tls.clone(), &name).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(MECHANISMS, credentials).await?;
        }

        let envelope = mail.envelope();
        let text = mail.formatted();
        let mut parameters = Vec::new();
        let mut addresses = envelope.to().iter().chain(envelope.from());
        if addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            // RFC 6531, section 3.5: there is no other way to such an address.
            if !connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                return Err(Failure::NoSmtpUtf8);
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !text.is_ascii() {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let from = Mail::new(envelope.from().cloned(), parameters);
        connection.command(from).await?;
        for to in envelope.to() {
            let answer = connection.command(Rcpt::new(to.clone(), Vec::new())).await;
            answer.map_err(Failure::Mail)?;
        }
        connection.command(Data).await.map_err(Failure::Mail)?;
        connection.message(&text).await.map_err(Failure::Mail)?;
        // It is handed off, whatever the server says to the goodbye.
        let _ = connection.quit().await;
        Ok(())
    }
}

/// What went wrong, and at which step.
enum Failure {
    /// At connecting, TLS, the account or the sender.
    Server(smtp::Error),
    /// At the recipient or the text.
    Mail(smtp::Error),
    /// The address needs SMTPUTF8, which the server does not have.
    NoSmtpUtf8,
}

impl From<smtp::Error> for Failure {
    fn from(error: smtp::Error) -> Self {
        Self::Server(error)
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
        // The server's words may repeat the address: only the status is logged.
        let (step, error) = match tokio::time::timeout(MAIL_LIMIT, self.hand_off(&mail)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(Failure::NoSmtpUtf8)) => {
                tracing::error!("the mail server has no SMTPUTF8, which an address needs");
                return Err(SendError::Permanent);
            }
            Ok(Err(Failure::Mail(error))) if error.is_permanent() => {
                let status = error.status().map(|status| status.to_string());
                tracing::error!(status, "the mail server refuses a mail");
                return Err(SendError::Permanent);
            }
            Ok(Err(Failure::Mail(error))) => ("mail", error),
            Ok(Err(Failure::Server(error))) => ("server", error),
            Err(_) => {
                tracing::warn!(kind = "timeout", "the mail server does not take a mail");
                return Err(SendError::Transient);
            }
        };
        let status = error.status().map(|status| status.to_string());
        let kind = if error.is_tls() {
            "tls"
        } else if error.is_timeout() {
            "timeout"
        } else if error.status().is_some() {
            "refusal"
        } else if error.is_response() || error.is_client() {
            "protocol"
        } else {
            "connection"
        };
        tracing::warn!(status, kind, step, "the mail server does not take a mail");
        Err(SendError::Transient)
    }
}
