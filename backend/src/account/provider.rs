//! Owns an OpenID provider at work: its discovery document and keys, kept and refreshed. While a refresh fails, the last good
//! ones serve.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use openidconnect::{
    AdditionalProviderMetadata, HttpRequest, HttpResponse, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
        CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
    http::{Method, StatusCode, header},
};
use sealpost_api::account::{Icon, ProviderView};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use thiserror::Error;

use super::{
    fetch::{Fetch, FetchError},
    identity::Speaker,
};
use crate::config::{
    CONSUMER_TENANT, ConfigError, ProviderConfig, ProviderKind, Secret, TENANT, Tenant, is_safe_url,
};

/// Seconds after which discovery and keys are fetched again.
const FRESH: i64 = 10 * 60;
/// Seconds after which a round trip makes sure, before it begins, that the provider still answers.
const CERTAIN: i64 = 60;
/// Seconds between two attempts that failed, or that an unknown key causes: nobody makes the portal ask without end, and no
/// request waits for one that is as good as lost.
const RETRY: i64 = 10;

/// What RFC 9207 adds to the discovery document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct IssuerIdentification {
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for IssuerIdentification {}

/// The discovery document.
pub(super) type Metadata = ProviderMetadata<
    IssuerIdentification,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Why a provider's documents cannot be had.
#[derive(Debug, Error)]
pub(crate) enum DiscoveryError {
    /// No answer at all.
    #[error("{0}")]
    Fetch(#[from] FetchError),
    /// Not 200.
    #[error("status {0}")]
    Status(StatusCode),
    /// Not what OpenID Connect Discovery says.
    #[error("the document cannot be read")]
    Document,
    /// Another provider's document.
    #[error("the document is another issuer's")]
    Issuer,
    /// The last attempt failed a moment ago.
    #[error("it failed a moment ago")]
    Lately {
        /// Without a sign of life.
        silent: bool,
    },
    /// An endpoint that is neither https nor on this machine, or none at all.
    #[error("an endpoint is missing or not protected")]
    Endpoint,
}

impl DiscoveryError {
    /// Whether the provider gave no sign of life: a person sent there would be lost.
    const fn is_silence(&self) -> bool {
        matches!(self, Self::Fetch(_) | Self::Lately { silent: true })
    }
}

/// What is known of a provider.
pub(super) struct Known {
    pub(super) metadata: Metadata,
    pub(super) keys: CoreJsonWebKeySet,
}

#[derive(Default)]
struct Cache {
    known: Option<Arc<Known>>,
    /// When the last good answer was.
    fetched: Option<i64>,
    /// When the last attempt was.
    tried: Option<i64>,
    silent: bool,
    /// When the last attempt failed.
    failed: Option<i64>,
}

/// A provider.
pub(crate) struct Provider {
    pub(crate) id: String,
    pub(super) kind: ProviderKind,
    /// May hold [`TENANT`].
    pub(super) issuer: String,
    discovery: String,
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(crate) label: String,
    icon: Icon,
    pub(super) scopes: Vec<String>,
    domains: Vec<String>,
    tenants: Vec<Tenant>,
    pub(super) fetch: Fetch,
    cache: Mutex<Cache>,
    /// One refresh at a time.
    refreshing: tokio::sync::Mutex<()>,
}

impl Provider {
    pub(crate) fn new(config: &ProviderConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            id: config.id.clone(),
            kind: config.kind,
            issuer: config.issuer(),
            discovery: config.discovery(),
            client_id: config.client_id.clone(),
            client_secret: config.client_secret()?,
            label: config.label(),
            icon: config.icon(),
            scopes: config.scopes.clone(),
            domains: config.domains.clone(),
            tenants: config.tenants.clone(),
            fetch: Fetch::new(config.ca_file.as_deref())?,
            cache: Mutex::default(),
            refreshing: tokio::sync::Mutex::default(),
        })
    }

    /// Whose word its claims are.
    pub(crate) fn speaker(&self) -> Speaker<'_> {
        Speaker {
            kind: self.kind,
            domains: &self.domains,
            tenants: &self.tenants,
        }
    }

    /// As a button shows it.
    pub(crate) fn view(&self, proves: bool) -> ProviderView {
        ProviderView {
            id: self.id.clone(),
            label: self.label.clone(),
            icon: self.icon,
            available: !self.cache().silent,
            proves,
        }
    }

    /// The issuer that a token with these claims must name; nothing where it can be none of this provider's. Microsoft's issuer
    /// is a template, and its tenants are told apart by kind.
    pub(super) fn issuer_of(&self, tenant: Option<&str>) -> Option<String> {
        let is_consumer = tenant == Some(CONSUMER_TENANT);
        let fits = match self.kind {
            ProviderKind::MicrosoftConsumer => is_consumer,
            ProviderKind::MicrosoftWork => tenant.is_some() && !is_consumer,
            ProviderKind::Microsoft => tenant.is_some(),
            ProviderKind::Google | ProviderKind::Openid => true,
        };
        if !fits {
            return None;
        }
        if self.issuer.contains(TENANT) {
            let tenant = tenant.filter(|tenant| crate::config::is_guid(tenant))?;
            return Some(self.issuer.replace(TENANT, tenant));
        }
        Some(self.issuer.clone())
    }

    /// Discovery and keys to begin a round trip with: from a provider that answered within the last minute.
    pub(super) async fn certain(self: &Arc<Self>, now: i64) -> Result<Arc<Known>, DiscoveryError> {
        if let Some(known) = self.young(now, CERTAIN) {
            return Ok(known);
        }
        let error = match self.refresh(now, CERTAIN).await {
            Ok(known) => return Ok(known),
            Err(error) => error,
        };
        let stale = self.cache().known.clone();
        match stale {
            // It speaks, if not sense: the last good document serves.
            Some(stale) if !error.is_silence() => Ok(stale),
            _ => Err(error),
        }
    }

    /// Discovery and keys to end a round trip with, as old as they may be while there is nothing younger.
    pub(super) async fn known(self: &Arc<Self>, now: i64) -> Result<Arc<Known>, DiscoveryError> {
        if let Some(known) = self.young(now, FRESH) {
            return Ok(known);
        }
        match self.refresh(now, FRESH).await {
            Ok(known) => Ok(known),
            Err(error) => self.cache().known.clone().ok_or(error),
        }
    }

    /// Fetches anew for a key that is not known yet; nothing where that was tried a moment ago.
    pub(super) async fn with_new_keys(self: &Arc<Self>, now: i64) -> Option<Arc<Known>> {
        let tried = self.cache().tried;
        if tried.is_some_and(|tried| now - tried < RETRY) {
            return None;
        }
        self.refresh(now, 0).await.ok()
    }

    /// Keeps discovery and keys fresh; called now and then.
    pub(super) async fn keep_fresh(self: &Arc<Self>, now: i64) {
        if self.young(now, FRESH).is_none() || self.cache().silent {
            let _ = self.refresh(now, 0).await;
        }
    }

    /// What is known, where the last good answer is at most `age` seconds old.
    fn young(&self, now: i64, age: i64) -> Option<Arc<Known>> {
        let cache = self.cache();
        let is_young = cache.fetched.is_some_and(|fetched| now - fetched < age);
        cache.known.clone().filter(|_| is_young && !cache.silent)
    }

    /// Fetches both documents, unless somebody else just did.
    async fn refresh(self: &Arc<Self>, now: i64, age: i64) -> Result<Arc<Known>, DiscoveryError> {
        let _one = self.refreshing.lock().await;
        if let Some(known) = self.young(now, age) {
            return Ok(known);
        }
        {
            let cache = self.cache();
            if cache.failed.is_some_and(|failed| now - failed < RETRY) {
                let silent = cache.silent;
                return Err(DiscoveryError::Lately { silent });
            }
        }
        let provider = self.clone();
        let fetched = tokio::task::spawn_blocking(move || provider.fetch_documents())
            .await
            .unwrap_or(Err(DiscoveryError::Document));
        let mut cache = self.cache();
        cache.tried = Some(now);
        match fetched {
            Ok(known) => {
                let known = Arc::new(known);
                cache.known = Some(known.clone());
                cache.fetched = Some(now);
                cache.silent = false;
                cache.failed = None;
                Ok(known)
            }
            Err(error) => {
                cache.failed = Some(now);
                cache.silent = error.is_silence() || cache.known.is_none();
                tracing::warn!(provider = self.id, %error, "fetching discovery and keys");
                Err(error)
            }
        }
    }

    /// It gave no sign of life at another endpoint: the next round trip makes sure before it begins.
    pub(super) fn fell_silent(&self) {
        self.cache().silent = true;
    }

    /// OpenID Connect Discovery 1.0, section 4; blocks.
    fn fetch_documents(&self) -> Result<Known, DiscoveryError> {
        let metadata: Metadata = self.document(&self.discovery)?;
        // Section 4.3: the document's issuer is the one that was asked for. Microsoft's document for one kind of account may name
        // that kind's tenant where the configuration has the template.
        let names_us = metadata.issuer().as_str() == self.issuer
            || self.kind == ProviderKind::MicrosoftConsumer
                && self.issuer_of(Some(CONSUMER_TENANT)).as_deref()
                    == Some(metadata.issuer().as_str());
        if !names_us {
            return Err(DiscoveryError::Issuer);
        }
        let token = metadata
            .token_endpoint()
            .ok_or(DiscoveryError::Endpoint)?
            .as_str();
        let endpoints = [
            metadata.authorization_endpoint().as_str(),
            token,
            metadata.jwks_uri().as_str(),
        ];
        if !endpoints.into_iter().all(is_safe_url) {
            return Err(DiscoveryError::Endpoint);
        }
        let keys = self.document(metadata.jwks_uri().as_str())?;
        Ok(Known { metadata, keys })
    }

    fn document<T: DeserializeOwned>(&self, url: &str) -> Result<T, DiscoveryError> {
        let request = openidconnect::http::Request::builder()
            .method(Method::GET)
            .uri(url)
            .header(header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|_| DiscoveryError::Endpoint)?;
        let response: HttpResponse = self.fetch.send(HttpRequest::from(request))?;
        if response.status() != StatusCode::OK {
            return Err(DiscoveryError::Status(response.status()));
        }
        serde_json::from_slice(response.body()).map_err(|_| DiscoveryError::Document)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // Nothing that holds the lock leaves a half-done state behind.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
