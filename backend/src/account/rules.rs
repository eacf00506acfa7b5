//! Owns the rules of domains at work: which ways an address has, and which proofs of it a release takes. A session knows an
//! address by keyed hash only, so a rule is found by the hash of the domain too.

use std::collections::HashMap;

use crate::{
    address::Address,
    config::{ALL_OTHERS, PASSCODE, RuleConfig, Strength},
    hash_key::{DomainHash, HashKeys},
    storage::{SessionAddress, SessionMethod},
};

const DAY: i64 = 24 * 60 * 60;

/// Every rule.
pub(crate) struct Rules {
    named: Vec<RuleConfig>,
    by_hash: HashMap<[u8; 32], usize>,
    /// For every domain that no rule names.
    others: RuleConfig,
}

impl Rules {
    pub(crate) fn new(rules: &[RuleConfig], hashes: &HashKeys) -> Self {
        let others = rules.iter().find(|rule| rule.domains == [ALL_OTHERS]);
        let by_hash = rules
            .iter()
            .enumerate()
            .flat_map(|(at, rule)| {
                let hashes = rule.domains.iter().map(|domain| hashes.domain(domain).0);
                hashes.map(move |hash| (hash, at)).collect::<Vec<_>>()
            })
            .collect();
        Self {
            others: others.cloned().unwrap_or_default(),
            named: rules.to_vec(),
            by_hash,
        }
    }

    /// The rule of a domain, by its hash.
    pub(crate) fn of(&self, domain: &DomainHash) -> &RuleConfig {
        let at = self.by_hash.get(&domain.0);
        at.map_or(&self.others, |at| &self.named[*at])
    }

    /// Whether a proved address may open a message now.
    pub(crate) fn permit(&self, proved: &SessionAddress, now: i64) -> bool {
        let rule = self.of(&proved.domain);
        let has_account = proved
            .provider
            .as_deref()
            .is_some_and(|provider| rule.takes_account(provider));
        let is_young = now < proved.proved + i64::from(rule.proof_days) * DAY;
        match proved.method {
            SessionMethod::Claim => has_account,
            SessionMethod::Code => rule.takes_code_alone() || has_account,
            SessionMethod::Kept => has_account && is_young,
            SessionMethod::Passkey => {
                rule.passkey && is_young && (rule.takes_code_alone() || has_account)
            }
        }
    }
}

impl RuleConfig {
    /// Whether an account at the provider is one of the ways.
    pub(crate) fn takes_account(&self, provider: &str) -> bool {
        self.ways.is_empty() || self.ways.iter().all(|way| way == PASSCODE) || self.names(provider)
    }

    /// Whether the rule names the provider.
    pub(crate) fn names(&self, provider: &str) -> bool {
        self.ways.iter().any(|way| way == provider)
    }

    /// Whether a mailed code is enough, without an account.
    pub(crate) fn takes_code_alone(&self) -> bool {
        self.passcode && self.minimum == Strength::Code
    }

    /// Until when a proof of the address, proved now, may be kept.
    pub(crate) fn good_until(&self, address: &Address, now: i64) -> Option<i64> {
        let is_role = self
            .role_addresses
            .iter()
            .any(|local| local == address.local());
        (!is_role && self.proof_days > 0).then(|| now + i64::from(self.proof_days) * DAY)
    }
}
