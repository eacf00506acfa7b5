//! Owns `[mail]`.

use std::{fs, path::PathBuf};

use lettre::message::Mailbox;
use serde::{Deserialize, Deserializer, de};
use zeroize::Zeroizing;

use super::{ConfigError, Secret, given, given_path, origin::is_loopback};

/// How mail leaves.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// The SMTP server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// Sender of the portal's own mail.
    #[serde(deserialize_with = "mailbox")]
    pub from: Mailbox,
    /// Account at the server, where it asks for one.
    #[serde(default, deserialize_with = "given")]
    pub username: Option<String>,
    #[serde(default)]
    pub(super) password: Option<Secret>,
    #[serde(default, deserialize_with = "given_path")]
    pub(super) password_file: Option<PathBuf>,
    /// PEM file of the authority that the server's certificate comes from, where it is a private one.
    #[serde(default, deserialize_with = "given_path")]
    pub ca_file: Option<PathBuf>,
}

/// How the connection to the SMTP server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// Not at all; for loopback only.
    None,
    /// TLS after `STARTTLS`, which the server must offer (RFC 3207).
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Tls,
}

impl MailConfig {
    /// The account's password, from its file or from the configuration.
    ///
    /// # Errors
    /// The file's.
    pub fn password(&self) -> Result<Option<Secret>, ConfigError> {
        if let Some(path) = &self.password_file {
            let text = fs::read_to_string(path).map_err(|source| ConfigError::File {
                path: path.clone(),
                source,
            })?;
            let text = Zeroizing::new(text);
            return Ok(Some(Secret::new(
                text.trim_end_matches(['\r', '\n']).to_owned(),
            )));
        }
        Ok(self
            .password
            .as_ref()
            .map(|password| Secret::new(password.expose().to_owned())))
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let wrong = |key, problem| Err(ConfigError::Value { key, problem });
        if self.host.is_empty() {
            return wrong("mail.host", "give the name of an SMTP server");
        }
        if self.security == MailSecurity::None && !is_loopback(&self.host) {
            return wrong(
                "mail.security",
                "mail without TLS is for loopback only: use starttls or tls",
            );
        }
        if self.password.is_some() && self.password_file.is_some() {
            return Err(ConfigError::OneSecret {
                key: "mail.password",
            });
        }
        if self.username.is_some() != (self.password.is_some() || self.password_file.is_some()) {
            return wrong(
                "mail.username",
                "give both a user name and a password, or neither",
            );
        }
        Ok(())
    }
}

fn mailbox<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Mailbox, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(|_| de::Error::custom("a sender like Example Ltd <no-reply@example.com>"))
}
