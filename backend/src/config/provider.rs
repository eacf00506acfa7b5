//! Owns `[[provider]]`: the OpenID providers whose accounts people sign in with.

use std::{fs, path::PathBuf};

use sealpost_api::account::Icon;
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::{ConfigError, Secret, given, given_path, origin::is_loopback};
use crate::address::canonical_domain;

/// Microsoft's tenant of personal accounts.
pub(crate) const CONSUMER_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
/// Stands for the tenant in Microsoft's issuer.
pub(crate) const TENANT: &str = "{tenantid}";
const MICROSOFT: &str = "https://login.microsoftonline.com";
/// Most providers.
pub(super) const PROVIDERS: usize = 32;
/// Longest id and label, in bytes.
const NAME_LEN: usize = 64;

/// What a provider is; decides when its word is proof (docs/identity.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderKind {
    /// Google.
    Google,
    /// Microsoft, personal accounts.
    MicrosoftConsumer,
    /// Microsoft, work or school accounts.
    MicrosoftWork,
    /// Microsoft, both.
    Microsoft,
    /// Any other.
    Openid,
}

impl ProviderKind {
    /// Whether it is one of Microsoft's.
    #[must_use]
    pub const fn is_microsoft(self) -> bool {
        matches!(
            self,
            Self::MicrosoftConsumer | Self::MicrosoftWork | Self::Microsoft
        )
    }
}

/// A Microsoft tenant and the domains that its word is proof for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// `tid`, a GUID.
    pub id: String,
    /// Its mail domains.
    pub domains: Vec<String>,
}

/// One provider.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// Its name in rules and in the API.
    pub id: String,
    /// What it is.
    pub kind: ProviderKind,
    #[serde(default, deserialize_with = "given")]
    issuer: Option<String>,
    /// The portal's name at the provider.
    pub client_id: String,
    #[serde(default)]
    client_secret: Option<Secret>,
    #[serde(default, deserialize_with = "given_path")]
    pub(super) client_secret_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "given")]
    label: Option<String>,
    #[serde(default)]
    icon: Option<Icon>,
    /// What is asked for.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// `openid`: domains that its word is proof for.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Microsoft: tenants whose word is proof.
    #[serde(default)]
    pub tenants: Vec<Tenant>,
    /// PEM file of the authority behind the provider's certificate, where it is a private one.
    #[serde(default, deserialize_with = "given_path")]
    pub ca_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "given")]
    discovery: Option<String>,
}

fn scopes() -> Vec<String> {
    vec!["openid".to_owned(), "email".to_owned()]
}

impl ProviderConfig {
    /// The issuer; Microsoft's may hold [`TENANT`].
    pub(crate) fn issuer(&self) -> String {
        self.issuer.clone().unwrap_or_else(|| match self.kind {
            ProviderKind::Google => "https://accounts.google.com".to_owned(),
            ProviderKind::MicrosoftConsumer => format!("{MICROSOFT}/{CONSUMER_TENANT}/v2.0"),
            ProviderKind::MicrosoftWork | ProviderKind::Microsoft => {
                format!("{MICROSOFT}/{TENANT}/v2.0")
            }
            ProviderKind::Openid => String::new(),
        })
    }

    /// Where its discovery document is (OpenID Connect Discovery 1.0, section 4).
    pub(crate) fn discovery(&self) -> String {
        const PATH: &str = "/.well-known/openid-configuration";
        if let Some(url) = &self.discovery {
            return url.clone();
        }
        let issuer = self.issuer();
        // Microsoft's document of all tenants of a kind is at the kind's name.
        let tenants = match self.kind {
            ProviderKind::MicrosoftWork => "organizations",
            _ => "common",
        };
        format!(
            "{}{PATH}",
            issuer.replace(TENANT, tenants).trim_end_matches('/')
        )
    }

    /// Words for the button.
    pub(crate) fn label(&self) -> String {
        self.label.clone().unwrap_or_else(|| match self.kind {
            ProviderKind::Google => "Google".to_owned(),
            ProviderKind::MicrosoftConsumer
            | ProviderKind::MicrosoftWork
            | ProviderKind::Microsoft => "Microsoft".to_owned(),
            ProviderKind::Openid => self.id.clone(),
        })
    }

    /// Icon of the button.
    pub(crate) fn icon(&self) -> Icon {
        self.icon.unwrap_or(match self.kind {
            ProviderKind::Google => Icon::Google,
            ProviderKind::Openid => Icon::Key,
            _ => Icon::Microsoft,
        })
    }

    /// The portal's secret at the provider, from its file or from the configuration.
    ///
    /// # Errors
    /// The file's.
    pub(crate) fn client_secret(&self) -> Result<Secret, ConfigError> {
        if let Some(path) = &self.client_secret_file {
            let text = fs::read_to_string(path).map_err(|source| ConfigError::File {
                path: path.clone(),
                source,
            })?;
            let text = Zeroizing::new(text);
            return Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()));
        }
        let secret = self.client_secret.as_ref().ok_or(ONE_SECRET)?;
        Ok(Secret::new(secret.expose().to_owned()))
    }

    pub(super) fn validate(&mut self) -> Result<(), ConfigError> {
        let wrong = |key, problem| Err(ConfigError::Value { key, problem });
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.id.is_empty() || self.id.len() > NAME_LEN || !self.id.bytes().all(is_name) {
            return wrong(
                "provider.id",
                "give a short name of lower-case letters, digits and hyphens",
            );
        }
        if self.id == "passcode" || self.id == "passkey" {
            return wrong("provider.id", "this name means something else in a rule");
        }
        let label = self.label();
        if label.trim().is_empty() || label.len() > NAME_LEN || label.chars().any(char::is_control)
        {
            return wrong(
                "provider.label",
                "give the words of a button, at most 64 bytes",
            );
        }
        if self.client_id.is_empty() {
            return wrong("provider.client_id", "give the portal's id at the provider");
        }
        if self.client_secret.is_some() == self.client_secret_file.is_some() {
            return Err(ONE_SECRET);
        }
        let issuer = self.issuer();
        if issuer.contains(TENANT) && !self.kind.is_microsoft() {
            return wrong("provider.issuer", "{tenantid} is for Microsoft only");
        }
        if !is_safe_url(&issuer.replace(TENANT, CONSUMER_TENANT)) {
            return wrong(
                "provider.issuer",
                "give the provider's issuer: an https URL (http for loopback only)",
            );
        }
        if !is_safe_url(&self.discovery()) {
            return wrong(
                "provider.discovery",
                "give an https URL (http for loopback only)",
            );
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            return wrong("provider.scopes", "openid must be among them");
        }
        if !self.domains.is_empty() && self.kind != ProviderKind::Openid {
            return wrong(
                "provider.domains",
                "only kind openid speaks for domains; Microsoft has tenants",
            );
        }
        if !self.tenants.is_empty()
            && !matches!(
                self.kind,
                ProviderKind::MicrosoftWork | ProviderKind::Microsoft
            )
        {
            return wrong(
                "provider.tenants",
                "only Microsoft's work or school accounts have tenants",
            );
        }
        canonical_domains(&mut self.domains, "provider.domains")?;
        for tenant in &mut self.tenants {
            tenant.id.make_ascii_lowercase();
            if !is_guid(&tenant.id) || tenant.id == CONSUMER_TENANT {
                return wrong(
                    "provider.tenants",
                    "give a tenant's id as a GUID; the tenant of personal accounts is not one of them",
                );
            }
            canonical_domains(&mut tenant.domains, "provider.tenants")?;
        }
        Ok(())
    }
}

const ONE_SECRET: ConfigError = ConfigError::OneSecret {
    key: "provider.client_secret",
};

/// Brings domains to A-labels.
pub(super) fn canonical_domains(
    domains: &mut [String],
    key: &'static str,
) -> Result<(), ConfigError> {
    for domain in domains {
        *domain = canonical_domain(domain).map_err(|_| ConfigError::Value {
            key,
            problem: "give domains like example.com",
        })?;
    }
    Ok(())
}

/// Whether a URL is https, or http to this machine, and holds no account.
pub(crate) fn is_safe_url(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let is_protected = match url.scheme() {
        "https" => !host.is_empty(),
        "http" => is_loopback(host),
        _ => false,
    };
    is_protected
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
}

/// A GUID in lower case, as tenants are written: nothing that could be more than one path segment.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}
