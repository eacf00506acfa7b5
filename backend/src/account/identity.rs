//! Owns the identity rules: whether a provider's word about a mail address is proof that the person owns it. `docs/identity.md`
//! says the same in prose; each of its sentences is a row of the test below.
//!
//! A provider authenticates its *account*. Its `email` claim is something else: whatever the account says, often typed once and
//! never checked, or checked years ago. It is proof only where the provider itself runs the mailbox, or answers for the domain.

use openidconnect::AdditionalClaims;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    address::Address,
    config::{CONSUMER_TENANT, ProviderKind, Tenant},
};

/// Google's own mail domains.
const GOOGLE_MAIL: [&str; 2] = ["gmail.com", "googlemail.com"];

/// Microsoft's own mail domains, spelt out: a pattern like `hotmail.*` would take in domains of others.
const MICROSOFT_MAIL: [&str; 80] = [
    "outlook.com",
    "outlook.at",
    "outlook.be",
    "outlook.cl",
    "outlook.co.id",
    "outlook.co.il",
    "outlook.co.nz",
    "outlook.co.th",
    "outlook.com.ar",
    "outlook.com.au",
    "outlook.com.br",
    "outlook.com.gr",
    "outlook.com.pe",
    "outlook.com.tr",
    "outlook.com.vn",
    "outlook.cz",
    "outlook.de",
    "outlook.dk",
    "outlook.es",
    "outlook.fr",
    "outlook.hu",
    "outlook.ie",
    "outlook.in",
    "outlook.it",
    "outlook.jp",
    "outlook.kr",
    "outlook.lv",
    "outlook.my",
    "outlook.ph",
    "outlook.pt",
    "outlook.sa",
    "outlook.sg",
    "outlook.sk",
    "hotmail.com",
    "hotmail.be",
    "hotmail.ca",
    "hotmail.ch",
    "hotmail.cl",
    "hotmail.co.il",
    "hotmail.co.jp",
    "hotmail.co.kr",
    "hotmail.co.nz",
    "hotmail.co.th",
    "hotmail.co.uk",
    "hotmail.co.za",
    "hotmail.com.ar",
    "hotmail.com.au",
    "hotmail.com.br",
    "hotmail.com.tr",
    "hotmail.de",
    "hotmail.dk",
    "hotmail.es",
    "hotmail.fi",
    "hotmail.fr",
    "hotmail.gr",
    "hotmail.it",
    "hotmail.nl",
    "hotmail.no",
    "hotmail.se",
    "hotmail.sg",
    "live.com",
    "live.at",
    "live.be",
    "live.ca",
    "live.cl",
    "live.cn",
    "live.co.uk",
    "live.co.za",
    "live.com.ar",
    "live.com.au",
    "live.com.mx",
    "live.com.pt",
    "live.de",
    "live.dk",
    "live.fr",
    "live.ie",
    "live.it",
    "live.nl",
    "live.se",
    "msn.com",
];

/// What a provider says, beside the standard claims. Texts and flags only; all of it is untrusted until the token is verified.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProviderClaims {
    /// Google: the Workspace domain of the account.
    #[serde(default)]
    pub(crate) hd: Option<String>,
    /// Microsoft: the tenant.
    #[serde(default)]
    pub(crate) tid: Option<String>,
    /// Microsoft: the owner of the email's domain was verified.
    #[serde(default, deserialize_with = "flag")]
    pub(crate) xms_edov: bool,
    /// RFC 7519, section 4.1.5.
    #[serde(default)]
    pub(crate) nbf: Option<i64>,
}

impl AdditionalClaims for ProviderClaims {}

/// Microsoft writes its flag as `true`, `1`, `"1"` or `"true"`.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(match value {
        serde_json::Value::Bool(value) => value,
        serde_json::Value::Number(value) => value.as_u64() == Some(1),
        serde_json::Value::String(value) => value == "1" || value == "true",
        _ => false,
    })
}

/// Whose word it is, as the operator configured the provider.
pub(crate) struct Speaker<'a> {
    pub(crate) kind: ProviderKind,
    /// `openid`: domains it speaks for.
    pub(crate) domains: &'a [String],
    /// Microsoft: tenants and the domains they speak for.
    pub(crate) tenants: &'a [Tenant],
}

/// What a verified token says about a mail address.
pub(crate) struct Claim<'a> {
    pub(crate) email: Option<&'a str>,
    pub(crate) email_verified: Option<bool>,
    pub(crate) more: &'a ProviderClaims,
}

impl Speaker<'_> {
    /// The address that the claim proves; `None` where it proves none, and a code to the message's address is needed.
    pub(crate) fn proven(&self, claim: &Claim<'_>) -> Option<Address> {
        if claim.email_verified == Some(false) {
            return None;
        }
        let address = canonical(claim.email?)?;
        let domain = address.domain();
        let is_proof = match self.kind {
            ProviderKind::Google => {
                claim.email_verified == Some(true)
                    && (GOOGLE_MAIL.contains(&domain)
                        || claim
                            .more
                            .hd
                            .as_deref()
                            .is_some_and(|hd| hd.eq_ignore_ascii_case(domain)))
            }
            ProviderKind::MicrosoftConsumer
            | ProviderKind::MicrosoftWork
            | ProviderKind::Microsoft => self.microsoft(claim.more, domain),
            ProviderKind::Openid => {
                claim.email_verified == Some(true) && self.domains.iter().any(|own| own == domain)
            }
        };
        is_proof.then_some(address)
    }

    /// Microsoft sends no `email_verified`; anybody can make a tenant and write any address into it (nOAuth).
    fn microsoft(&self, claims: &ProviderClaims, domain: &str) -> bool {
        match claims.tid.as_deref() {
            Some(CONSUMER_TENANT) => MICROSOFT_MAIL.contains(&domain),
            Some(tid) => claims.xms_edov || self.tenant_speaks_for(tid, domain),
            None => false,
        }
    }

    fn tenant_speaks_for(&self, tid: &str, domain: &str) -> bool {
        self.tenants
            .iter()
            .any(|tenant| tenant.id == tid && tenant.domains.iter().any(|own| own == domain))
    }

    /// Whether the provider is meant for a domain: the claim of an account there would be proof, as far as the domain alone tells.
    pub(crate) fn is_meant_for(&self, domain: &str) -> bool {
        let consumer = || MICROSOFT_MAIL.contains(&domain);
        let tenant = || {
            self.tenants
                .iter()
                .any(|tenant| tenant.domains.iter().any(|own| own == domain))
        };
        match self.kind {
            ProviderKind::Google => GOOGLE_MAIL.contains(&domain),
            ProviderKind::MicrosoftConsumer => consumer(),
            ProviderKind::MicrosoftWork => tenant(),
            ProviderKind::Microsoft => consumer() || tenant(),
            ProviderKind::Openid => self.domains.iter().any(|own| own == domain),
        }
    }
}

/// The claim as an address, where it is written as one already: a claim that only becomes the address by normalising (full-width
/// letters, other dots, a quoted local part, a space) looks the same and may not be the same to the provider.
fn canonical(email: &str) -> Option<Address> {
    let address = Address::parse(email).ok()?;
    email
        .eq_ignore_ascii_case(address.as_str())
        .then_some(address)
}

#[cfg(test)]
mod tests;
