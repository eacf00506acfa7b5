//! Owns the configuration: `portal.toml`, overridden by the environment. `portal.example.toml` documents every key.

mod database;
mod environment;
mod listen;
mod log;
mod mail;
mod origin;
mod provider;
mod proxy;
mod rule;
mod secret;
mod sign_in;
mod text;
mod tls;

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use figment::Figment;
use serde::{Deserialize, Deserializer};
use thiserror::Error;

use self::environment::Environment;
pub use self::{
    database::DatabaseConfig,
    listen::ListenConfig,
    log::{LogConfig, LogLevel},
    mail::{MailConfig, MailSecurity},
    origin::Origin,
    provider::{ProviderConfig, ProviderKind, Tenant},
    proxy::ProxyConfig,
    rule::{RuleConfig, Strength},
    secret::Secret,
    sign_in::SignInConfig,
    tls::TlsConfig,
};
pub(crate) use self::{
    provider::{CONSUMER_TENANT, TENANT, is_guid, is_safe_url},
    rule::{ALL_OTHERS, PASSCODE},
};
use crate::master_key::{MasterKey, MasterKeyError};

/// Longest grace period.
const GRACE_DAYS: u32 = 730;
/// Longest time that the audit is kept.
const AUDIT_DAYS: u32 = 3650;

/// Why the configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// What is wrong; it repeats nothing of the text.
        message: String,
    },
    /// An unknown key, a missing key, or a value of the wrong kind.
    #[error("{0}")]
    Parse(#[from] Box<figment::Error>),
    /// A value that cannot be.
    #[error("{key}: {problem}")]
    Value {
        /// Path of the key.
        key: &'static str,
        /// What is wrong, and what would be right.
        problem: &'static str,
    },
    /// Both a secret and its file are given, or neither.
    #[error("give either {key} or {key}_file")]
    OneSecret {
        /// Path of the key.
        key: &'static str,
    },
    /// The master key.
    #[error("{0}")]
    MasterKey(#[from] MasterKeyError),
}

/// Everything the operator decides.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The public origin; http for loopback only.
    pub origin: Origin,
    /// The operator's name.
    pub name: String,
    /// Mail address for privacy questions.
    #[serde(default, deserialize_with = "given")]
    pub privacy_contact: Option<String>,
    /// Postal address for privacy questions, one line per entry.
    #[serde(default)]
    pub postal_address: Vec<String>,
    /// Mail address or URL for help.
    #[serde(default, deserialize_with = "given")]
    pub support_contact: Option<String>,
    #[serde(default, deserialize_with = "given_path")]
    master_key_file: Option<PathBuf>,
    #[serde(default)]
    master_key: Option<Secret>,
    /// Days between a revocation and the erasure of the key; 0 to erase at once.
    #[serde(default = "grace_days")]
    pub grace_days: u32,
    /// Days that a row of the audit is kept.
    #[serde(default = "audit_days")]
    pub audit_days: u32,
    /// Addresses to listen on.
    #[serde(default)]
    pub listen: ListenConfig,
    /// Where the portal speaks TLS itself.
    #[serde(default)]
    pub tls: Option<TlsConfig>,
    /// Reverse proxies.
    #[serde(default)]
    pub proxy: ProxyConfig,
    /// Where the data is.
    #[serde(default)]
    pub database: DatabaseConfig,
    /// How mail leaves.
    pub mail: MailConfig,
    /// OpenID providers.
    #[serde(default, rename = "provider")]
    pub providers: Vec<ProviderConfig>,
    /// How the people of a domain may sign in.
    #[serde(default, rename = "rule")]
    pub rules: Vec<RuleConfig>,
    /// What goes for every sign-in.
    #[serde(default)]
    pub sign_in: SignInConfig,
    /// What is logged.
    #[serde(default)]
    pub log: LogConfig,
}

fn grace_days() -> u32 {
    30
}

fn audit_days() -> u32 {
    365
}

impl Config {
    /// Reads a file and the process's environment. Relative paths in it start at the file's folder.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let file_error = |source| ConfigError::File {
            path: path.to_owned(),
            source,
        };
        let text = fs::read_to_string(path).map_err(file_error)?;
        let folder = std::path::absolute(path).map_err(file_error)?;
        let folder = folder.parent().unwrap_or(Path::new("/"));
        Self::parse(&text, folder, std::env::vars_os())
    }

    /// Parses `text`, then the variables of `environment`; relative paths start at `folder`.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(
        text: &str,
        folder: &Path,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let mut config: Self = Figment::from(text::parse(text)?)
            .merge(Environment::new(environment))
            .extract()
            .map_err(|error| Box::new(text::without_secrets(error)))?;
        config.resolve(folder);
        let https = config.origin.is_secure();
        config.proxy.trust_own_machine(https, config.tls.is_some());
        config.validate()?;
        Ok(config)
    }

    /// The master key, from its file or from the configuration.
    ///
    /// # Errors
    /// The file's, or what is wrong with the key.
    pub fn master_key(&self) -> Result<MasterKey, ConfigError> {
        Ok(match (&self.master_key, &self.master_key_file) {
            (Some(key), None) => MasterKey::parse(key.expose())?,
            (None, Some(path)) => MasterKey::read(path)?,
            _ => return Err(ConfigError::OneSecret { key: "master_key" }),
        })
    }

    fn resolve(&mut self, folder: &Path) {
        let mut paths = vec![&mut self.database.file];
        paths.extend(&mut self.master_key_file);
        paths.extend(
            self.tls
                .iter_mut()
                .flat_map(|tls| [&mut tls.certificate, &mut tls.key]),
        );
        paths.extend(&mut self.mail.password_file);
        paths.extend(&mut self.mail.ca_file);
        for provider in &mut self.providers {
            paths.extend(&mut provider.client_secret_file);
            paths.extend(&mut provider.ca_file);
        }
        for path in paths {
            *path = folder.join(&*path);
        }
    }

    /// Providers and rules, which name each other.
    fn validate_sign_in(&mut self) -> Result<(), ConfigError> {
        let wrong = |key, problem| Err(ConfigError::Value { key, problem });
        if self.providers.len() > provider::PROVIDERS {
            return wrong("provider", "at most 32 providers");
        }
        let mut ids = Vec::new();
        for provider in &mut self.providers {
            provider.validate()?;
            if ids.contains(&provider.id) {
                return wrong("provider.id", "two providers have the same id");
            }
            ids.push(provider.id.clone());
        }
        let mut domains = Vec::new();
        for rule in &mut self.rules {
            rule.validate(&ids)?;
            for domain in &rule.domains {
                if domains.contains(domain) {
                    return wrong("rule.domains", "two rules name the same domain");
                }
                domains.push(domain.clone());
            }
        }
        Ok(())
    }

    fn validate(&mut self) -> Result<(), ConfigError> {
        let wrong = |key, problem| Err(ConfigError::Value { key, problem });
        if self.name.trim().is_empty() || self.name.chars().any(char::is_control) {
            return wrong("name", "give the operator's name, on one line");
        }
        if self.grace_days > GRACE_DAYS {
            return wrong("grace_days", "at most 730 days");
        }
        if !(1..=AUDIT_DAYS).contains(&self.audit_days) {
            return wrong("audit_days", "1 to 3650 days");
        }
        if self.master_key.is_some() == self.master_key_file.is_some() {
            return Err(ConfigError::OneSecret { key: "master_key" });
        }
        self.listen.validate(self.tls.is_some())?;
        self.proxy.validate()?;
        self.validate_sign_in()?;
        self.mail.validate()
    }
}

/// An optional text; an empty one is none.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// An optional path; an empty one is none.
fn given_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    Ok(given(deserializer)?.map(PathBuf::from))
}

#[cfg(test)]
mod tests;
