//! Owns `[[rule]]`: how the people of a domain may sign in.

use serde::Deserialize;

use super::{ConfigError, provider::canonical_domains};

/// Stands for every domain that no other rule names.
pub(crate) const ALL_OTHERS: &str = "*";
/// Stands for the passcode among a rule's ways.
pub(crate) const PASSCODE: &str = "passcode";
/// Longest life of a kept proof, in days.
const PROOF_DAYS: u32 = 730;

/// Least strength of what proves an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// A mailed code alone.
    #[default]
    Code,
    /// An account; a code only completes one.
    Account,
}

/// One rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleConfig {
    /// Domains of addresses; [`ALL_OTHERS`] for the rest.
    pub domains: Vec<String>,
    /// Ids of providers and [`PASSCODE`], the preferred first. Empty: every provider, in the order that fits the domain.
    #[serde(default)]
    pub ways: Vec<String>,
    /// Whether a mailed code alone may do.
    #[serde(default = "yes")]
    pub passcode: bool,
    /// Whether passkeys may be used.
    #[serde(default = "yes")]
    pub passkey: bool,
    /// Least strength of proof at each release.
    #[serde(default)]
    pub minimum: Strength,
    /// Days that a kept proof is good; 0 keeps none.
    #[serde(default = "proof_days")]
    pub proof_days: u32,
    /// Local parts whose proofs are never kept.
    #[serde(default = "role_addresses")]
    pub role_addresses: Vec<String>,
}

fn yes() -> bool {
    true
}

fn proof_days() -> u32 {
    90
}

/// RFC 2142, and what groups are often called.
fn role_addresses() -> Vec<String> {
    [
        "abuse",
        "accounting",
        "admin",
        "administrator",
        "billing",
        "contact",
        "enquiries",
        "finance",
        "hello",
        "help",
        "helpdesk",
        "hostmaster",
        "hr",
        "info",
        "jobs",
        "kontakt",
        "legal",
        "mail",
        "marketing",
        "news",
        "noc",
        "office",
        "orders",
        "postmaster",
        "press",
        "privacy",
        "reception",
        "root",
        "sales",
        "security",
        "service",
        "support",
        "team",
        "webmaster",
    ]
    .map(str::to_owned)
    .into()
}

impl Default for RuleConfig {
    fn default() -> Self {
        Self {
            domains: vec![ALL_OTHERS.to_owned()],
            ways: Vec::new(),
            passcode: true,
            passkey: true,
            minimum: Strength::Code,
            proof_days: proof_days(),
            role_addresses: role_addresses(),
        }
    }
}

impl RuleConfig {
    /// `providers` are the ids that there are.
    pub(super) fn validate(&mut self, providers: &[String]) -> Result<(), ConfigError> {
        let wrong = |key, problem| Err(ConfigError::Value { key, problem });
        if self.domains.is_empty() {
            return wrong("rule.domains", "name a domain, or * for all others");
        }
        if self.domains != [ALL_OTHERS] {
            canonical_domains(&mut self.domains, "rule.domains")?;
        }
        if self
            .ways
            .iter()
            .any(|way| way != PASSCODE && !providers.contains(way))
        {
            return wrong(
                "rule.ways",
                "name providers by their id, and passcode; every id needs a [[provider]]",
            );
        }
        if self.proof_days > PROOF_DAYS {
            return wrong("rule.proof_days", "at most 730 days");
        }
        let has_account = if self.ways.is_empty() {
            !providers.is_empty()
        } else {
            self.ways.iter().any(|way| way != PASSCODE)
        };
        let code_alone = self.passcode && self.minimum == Strength::Code;
        if !has_account && !code_alone {
            return wrong(
                "rule.ways",
                "nobody could sign in: name a provider, or allow the passcode alone",
            );
        }
        if !self.passcode && self.ways.iter().any(|way| way == PASSCODE) {
            return wrong("rule.ways", "passcode is among the ways and not allowed");
        }
        for local in &mut self.role_addresses {
            local.make_ascii_lowercase();
        }
        Ok(())
    }
}
