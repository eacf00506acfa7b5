//! Owns the ways that an address has. They follow from its domain, the providers and the rules: nothing is looked up.

use std::sync::Arc;

use axum::{Json, extract::State};
use sealpost_api::{
    ErrorCode,
    account::{Way, Ways, WaysResponse},
};

use super::{Accounts, Provider};
use crate::{
    address::Address,
    config::{PASSCODE, RuleConfig},
    portal::Portal,
    web::{body::Body, errors::Refusal},
};

/// `POST /api/v1/sign-in/ways`
pub(crate) async fn ways(
    State(portal): State<Arc<Portal>>,
    Body(request): Body<Ways>,
) -> Result<Json<WaysResponse>, Refusal> {
    let address = Address::parse(&request.address).map_err(|_| ErrorCode::BadAddress)?;
    let rule = portal.rule(&address);
    let mut ways = portal.accounts.ways(rule, address.domain());
    ways.retain(|way| *way != Way::Passkey || portal.has_passkeys());
    Ok(Json(WaysResponse { ways }))
}

impl Portal {
    /// The rule of an address.
    pub(crate) fn rule(&self, address: &Address) -> &RuleConfig {
        let domain = self.hashes.domain(address.domain());
        self.accounts.rules.of(&domain)
    }
}

impl Accounts {
    /// In the order of the rule, or else: the providers meant for the domain, the passcode, the other providers. A passkey comes
    /// last; the app offers it beside the others.
    fn ways(&self, rule: &RuleConfig, domain: &str) -> Vec<Way> {
        let account =
            |provider: &Arc<Provider>| Way::Account(provider.view(provider.proves(rule, domain)));
        let mut ways = Vec::new();
        for way in &rule.ways {
            if way == PASSCODE {
                if rule.takes_code_alone() {
                    ways.push(Way::Passcode);
                }
            } else if let Some(provider) = self.provider(way) {
                ways.push(account(provider));
            }
        }
        let names_none = rule.ways.iter().all(|way| way == PASSCODE);
        let (meant, others): (Vec<_>, Vec<_>) = self
            .providers
            .iter()
            .filter(|_| names_none)
            .partition(|provider| provider.speaker().is_meant_for(domain));
        // A rule that names the passcode alone wants it first.
        ways.extend(meant.into_iter().map(account));
        if rule.takes_code_alone() && !ways.contains(&Way::Passcode) {
            ways.push(Way::Passcode);
        }
        ways.extend(others.into_iter().map(account));
        if rule.passkey {
            ways.push(Way::Passkey);
        }
        ways
    }
}

impl Provider {
    /// Whether its word will be proof, as far as can be told before the person signs in: it is meant for the domain, or the
    /// operator's rule sends the domain there and the provider names a domain's owner itself (Google Workspace).
    pub(super) fn proves(&self, rule: &RuleConfig, domain: &str) -> bool {
        let is_workspace = self.kind == crate::config::ProviderKind::Google && rule.names(&self.id);
        is_workspace || self.speaker().is_meant_for(domain)
    }
}
