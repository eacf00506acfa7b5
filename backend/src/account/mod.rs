//! Owns signing in with an account at an OpenID provider: which ways an address has, the round trip, what its answer proves,
//! and what the portal keeps of the person.

mod attempt_cookie;
pub(crate) mod browser;
pub(crate) mod callback;
mod client;
pub(crate) mod erase;
mod fetch;
pub(crate) mod forget;
pub(crate) mod identity;
pub(crate) mod me;
mod provider;
mod round_trip;
pub(crate) mod rules;
pub(crate) mod sign_out_everywhere;
pub(crate) mod start;
pub(crate) mod ways;

use std::{sync::Arc, time::Duration};

use sealpost_api::account::AccountView;
use tokio::sync::watch;

pub(crate) use self::provider::Provider;
use self::rules::Rules;
use crate::{
    config::{Config, ConfigError},
    hash_key::HashKeys,
    portal::Portal,
    storage::SessionAccount,
};

/// How often the providers' documents are looked at.
const LOOK: Duration = Duration::from_mins(1);

/// Providers and rules.
pub(crate) struct Accounts {
    providers: Vec<Arc<Provider>>,
    pub(crate) rules: Rules,
    /// Whether the first use of a new browser is told by mail.
    pub(crate) notify_new_browser: bool,
}

impl Accounts {
    pub(crate) fn new(config: &Config, hashes: &HashKeys) -> Result<Self, ConfigError> {
        let providers = config
            .providers
            .iter()
            .map(Provider::new)
            .map(|provider| provider.map(Arc::new));
        Ok(Self {
            providers: providers.collect::<Result<_, _>>()?,
            rules: Rules::new(&config.rules, hashes),
            notify_new_browser: config.sign_in.notify_new_browser,
        })
    }

    /// A provider by its id.
    pub(crate) fn provider(&self, id: &str) -> Option<&Arc<Provider>> {
        self.providers.iter().find(|provider| provider.id == id)
    }

    /// A session's account as the app shows it; nothing where its provider is not configured any more.
    pub(crate) fn view(&self, account: &SessionAccount) -> Option<AccountView> {
        let provider = self.provider(&account.provider)?;
        Some(AccountView {
            provider: provider.id.clone(),
            label: provider.label.clone(),
        })
    }
}

/// Keeps the providers' documents fresh until `stop` says to end.
pub(crate) async fn run(portal: Arc<Portal>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        for provider in &portal.accounts.providers {
            provider.keep_fresh(portal.now()).await;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
}
