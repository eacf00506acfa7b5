//! Owns senders' tokens: made and listed by the operator, sent as `Authorization: Bearer`. The database has hashes only.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sealpost_api::ErrorCode;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{
    address::canonical_domain,
    clock::{Clock, rfc3339},
    portal::Portal,
    randomness::Randomness,
    storage::{StorageError, Store, TokenRow},
    web::errors::Refusal,
};

/// Marks a token, so that secret scanners and people recognise it.
const PREFIX: &str = "spt_";
/// Longest name, in characters; it stands in mails and on the reader's screen.
const NAME_LEN: usize = 100;

/// Why a token was not made or revoked.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The name.
    #[error("a token's name is one line of 1 to {NAME_LEN} characters")]
    Name,
    /// No domain, or one that is none.
    #[error("a token needs at least one mail domain, like example.com")]
    Domain,
    /// There is no live token of this id.
    #[error("there is no live token of this id: see `token list`")]
    Unknown,
    /// The database.
    #[error("{0}")]
    Storage(#[from] StorageError),
}

/// A token as its holder has it: `spt_` and 32 random bytes. Made here only, shown once.
#[derive(ZeroizeOnDrop)]
pub struct PlainToken(String);

impl PlainToken {
    fn make(randomness: &Randomness) -> Self {
        let bytes = Zeroizing::new(randomness.bytes::<32>());
        Self(format!(
            "{PREFIX}{}",
            BASE64URL_NOPAD.encode(bytes.as_slice())
        ))
    }

    /// The text; for the one who asked for it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> [u8; 32] {
        hash(&self.0)
    }
}

/// SHA-256: a token has 256 random bits, so a slow or keyed hash would add nothing.
fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// A token as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    /// Names the token.
    pub id: String,
    /// The organisation or department; recipients see it.
    pub name: String,
    /// Domains it may send for, in A-labels.
    pub domains: Vec<String>,
    /// When it was made (RFC 3339).
    pub created: String,
    /// When it was revoked (RFC 3339).
    pub revoked: Option<String>,
}

/// Makes a token for `domains`; its only copy is the answer.
///
/// # Errors
/// [`TokenError`].
pub async fn create_token(
    store: &Store,
    clock: &dyn Clock,
    randomness: &Randomness,
    name: &str,
    domains: &[String],
) -> Result<PlainToken, TokenError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_LEN || name.chars().any(char::is_control) {
        return Err(TokenError::Name);
    }
    let mut domains: Vec<_> = domains
        .iter()
        .map(|domain| canonical_domain(domain).map_err(|_| TokenError::Domain))
        .collect::<Result<_, _>>()?;
    domains.sort();
    domains.dedup();
    if domains.is_empty() {
        return Err(TokenError::Domain);
    }
    let token = PlainToken::make(randomness);
    let row = TokenRow {
        id: randomness.bytes(),
        name: name.to_owned(),
        domains,
        created: clock.now().as_second(),
        revoked: None,
    };
    let mut write = store.write().await?;
    write.insert_token(&row, &token.hash()).await?;
    write.commit().await?;
    Ok(token)
}

/// All tokens, oldest first.
///
/// # Errors
/// The database's.
pub async fn tokens(store: &Store) -> Result<Vec<TokenView>, StorageError> {
    Ok(store
        .tokens()
        .await?
        .into_iter()
        .map(|token| TokenView {
            id: HEXLOWER.encode(&token.id),
            name: token.name,
            domains: token.domains,
            created: rfc3339(token.created),
            revoked: token.revoked.map(rfc3339),
        })
        .collect())
}

/// Revokes a token. Messages it registered stay and can be read.
///
/// # Errors
/// [`TokenError::Unknown`], or the database's.
pub async fn revoke_token(store: &Store, clock: &dyn Clock, id: &str) -> Result<(), TokenError> {
    let id = HEXLOWER
        .decode(id.as_bytes())
        .map_err(|_| TokenError::Unknown)?;
    let id = id.try_into().map_err(|_| TokenError::Unknown)?;
    let mut write = store.write().await?;
    if !write.revoke_token(&id, clock.now().as_second()).await? {
        return Err(TokenError::Unknown);
    }
    Ok(write.commit().await?)
}

/// Who asks: the live token of the request.
pub(crate) struct Sender {
    pub(crate) id: [u8; 8],
    pub(crate) domains: Vec<String>,
}

impl FromRequestParts<Arc<Portal>> for Sender {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Refusal> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
            .map(|(_, token)| token.trim())
            .filter(|token| token.starts_with(PREFIX))
            .ok_or(ErrorCode::TokenInvalid)?;
        let row = portal.store.live_token(&hash(token)).await?;
        let row = row.ok_or(ErrorCode::TokenInvalid)?;
        Ok(Self {
            id: row.id,
            domains: row.domains,
        })
    }
}
