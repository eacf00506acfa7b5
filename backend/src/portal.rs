//! Owns the portal's state: all that a request can reach.

use std::sync::Arc;

use ipnet::IpNet;
use jiff::Timestamp;
use lettre::message::Mailbox;
use sealpost_api::{MessageId, portal::PortalView};
use thiserror::Error;
use tokio::sync::Notify;

use crate::{
    account::Accounts,
    audit::Refusals,
    clock::Clock,
    config::{Config, ConfigError, Origin},
    hash_key::HashKeys,
    mail::Pace,
    master_key::FieldKeys,
    randomness::Randomness,
    storage::{StorageError, Store},
    web::assets::Assets,
};

/// Why the portal cannot start.
#[derive(Debug, Error)]
pub enum OpenPortalError {
    /// The master key.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The database.
    #[error("{0}")]
    Storage(#[from] StorageError),
}

/// The portal. Replicas share nothing but the database and the master key.
pub struct Portal {
    pub(crate) origin: Origin,
    pub(crate) view: PortalView,
    pub(crate) mail_from: Mailbox,
    pub(crate) grace_days: u32,
    pub(crate) audit_days: u32,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) fields: FieldKeys,
    pub(crate) hashes: HashKeys,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Randomness,
    pub(crate) assets: Assets,
    pub(crate) accounts: Accounts,
    /// Wakes the sending task.
    pub(crate) mail_queued: Notify,
    pub(crate) mail_pace: Pace,
    pub(crate) refusals: Refusals,
}

impl Portal {
    /// Opens the database and puts the portal together.
    ///
    /// # Errors
    /// The master key's, or the database's.
    pub async fn open(
        config: &Config,
        assets: Assets,
        clock: Arc<dyn Clock>,
        randomness: Randomness,
    ) -> Result<Arc<Self>, OpenPortalError> {
        let fields = config.master_key()?.derive();
        let store = Store::open_to_serve(&config.database.file).await?;
        let hashes = store.hash_keys(&fields, &randomness).await?;
        let accounts = Accounts::new(config, &hashes)?;
        Ok(Arc::new(Self {
            origin: config.origin.clone(),
            view: PortalView {
                name: config.name.clone(),
                privacy_contact: config.privacy_contact.clone(),
                postal_address: config.postal_address.clone(),
                support_contact: config.support_contact.clone(),
            },
            mail_from: config.mail.from.clone(),
            grace_days: config.grace_days,
            audit_days: config.audit_days,
            trusted_proxies: config.proxy.trusted.clone(),
            fields,
            hashes,
            store,
            clock,
            randomness,
            assets,
            accounts,
            mail_queued: Notify::new(),
            mail_pace: Pace::default(),
            refusals: Refusals::default(),
        }))
    }

    /// The database, for those who stop the portal.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Now, in seconds since the Unix epoch.
    pub(crate) fn now(&self) -> i64 {
        self.timestamp().as_second()
    }

    pub(crate) fn timestamp(&self) -> Timestamp {
        self.clock.now()
    }

    /// How the audit knows a message.
    pub(crate) fn audit_name(&self, id: &MessageId) -> [u8; 32] {
        self.hashes.message(id)
    }
}
