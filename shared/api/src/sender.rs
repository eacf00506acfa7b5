//! Owns what a sealer asks: register a message, withdraw it, bring it back, look at it. Every call carries
//! `Authorization: Bearer <token>`; a token acts on its own messages only.

use serde::{Deserialize, Serialize};

use crate::{Digest, MessageId, PossessionHash, ReleaseKey, endpoint::endpoint};

endpoint!(
    /// `POST /api/v1/messages/register`: keeps a release key. Insert-only: the same body again is 200, another is 409.
    Register: Post "/api/v1/messages/register", RegisterRequest => RegisterResponse
);
endpoint!(
    /// `POST /api/v1/messages/revoke`: stops future releases of a message, or to one of its recipients.
    Revoke: Post "/api/v1/messages/revoke", RevokeRequest => StatusResponse
);
endpoint!(
    /// `POST /api/v1/messages/restore`: undoes a revocation while the key still exists, and may move the expiry.
    Restore: Post "/api/v1/messages/restore", RestoreRequest => StatusResponse
);
endpoint!(
    /// `POST /api/v1/messages/status`: the state of a message, or of one of its recipients.
    Status: Post "/api/v1/messages/status", StatusRequest => StatusResponse
);

/// Body of [`Register`]. No `Debug`: it holds the release key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    /// Chosen at random by the sealer.
    pub id: MessageId,
    /// Kept encrypted, released after authentication.
    pub release_key: ReleaseKey,
    /// Released with the key.
    pub digest: Digest,
    /// `SHA-256(possession tag)`.
    pub possession: PossessionHash,
    /// The From address; its domain must be one of the token's.
    pub from: String,
    /// Addresses of all recipients; 1 to [`RECIPIENTS`](crate::limits::RECIPIENTS).
    pub recipients: Vec<String>,
    /// Days from now until the key is erased, in [`EXPIRY_DAYS`](crate::limits::EXPIRY_DAYS); `null` for never.
    pub expires_in_days: Option<u32>,
}

/// Answer of [`Register`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterResponse {
    /// When the key will be erased (RFC 3339); `null` for never.
    pub expires: Option<String>,
}

/// Body of [`Revoke`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
    /// The message.
    pub id: MessageId,
    /// One recipient of it, or all.
    pub recipient: Option<String>,
    /// Erase the key at once instead of after the grace period. Whole messages only.
    pub now: bool,
}

/// Body of [`Restore`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreRequest {
    /// The message.
    pub id: MessageId,
    /// One recipient of it, or all.
    pub recipient: Option<String>,
    /// A new expiry, counted from now; `null` leaves it. Whole messages only.
    pub expires_in_days: Option<u32>,
}

/// Body of [`Status`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRequest {
    /// The message.
    pub id: MessageId,
    /// One recipient of it, or all.
    pub recipient: Option<String>,
}

/// State of a message or of one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A release is possible.
    Active,
    /// No release; can be restored until `erases`.
    Revoked,
    /// Past its date; the key is gone.
    Expired,
    /// The key is gone by the sender's wish.
    Erased,
}

/// Answer of [`Status`], [`Revoke`] and [`Restore`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusResponse {
    /// Of the recipient where one was asked for, else of the message.
    pub state: State,
    /// When it was registered (RFC 3339).
    pub registered: String,
    /// When the key is erased by expiry (RFC 3339).
    pub expires: Option<String>,
    /// When a revoked message's key is erased (RFC 3339).
    pub erases: Option<String>,
    /// How many recipients the answer speaks of.
    pub recipients: u32,
    /// How many releases there were.
    pub releases: u32,
    /// When the last release was (RFC 3339).
    pub last_release: Option<String>,
}
