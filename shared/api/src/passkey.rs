//! Owns passkeys (WebAuthn Level 3): made after a first proof, used instead of a mail round trip. The fields are those of
//! `PublicKeyCredential`, bytes as unpadded base64url.

use serde::{Deserialize, Serialize};

use crate::{bytes::Bounded, endpoint::endpoint, recipient::SessionView};

endpoint!(
    /// `POST /api/v1/passkeys/make/start`: options for `navigator.credentials.create`; needs a session that proved an
    /// address.
    PasskeyMakeStart: Post "/api/v1/passkeys/make/start", PasskeyMakeStartRequest => PasskeyMakeOptions
);
endpoint!(
    /// `POST /api/v1/passkeys/make/finish`: keeps the passkey and its directed proofs of the session's addresses.
    PasskeyMakeFinish: Post "/api/v1/passkeys/make/finish", PasskeyMade => PasskeyMakeFinishResponse
);
endpoint!(
    /// `POST /api/v1/passkeys/use/start`: options for `navigator.credentials.get`, the same for everyone.
    PasskeyUseStart: Post "/api/v1/passkeys/use/start", PasskeyUseStartRequest => PasskeyUseOptions
);
endpoint!(
    /// `POST /api/v1/passkeys/use/finish`: exchanges an assertion for a session (a cookie).
    PasskeyUseFinish: Post "/api/v1/passkeys/use/finish", PasskeyUsed => SessionView
);

/// Longest WebAuthn challenge, in bytes; the portal's have 16.
pub const CHALLENGE_LEN: usize = 32;
/// Longest credential id (WebAuthn Level 2, section 4), in bytes.
pub const CREDENTIAL_ID_LEN: usize = 1023;
/// Longest client data, in bytes.
pub const CLIENT_DATA_LEN: usize = 4096;
/// Longest attestation object or authenticator data, in bytes.
pub const AUTHENTICATOR_LEN: usize = 16 * 1024;
/// Longest signature, in bytes.
pub const SIGNATURE_LEN: usize = 1024;
/// Longest user handle (WebAuthn Level 2, section 5.4.3), in bytes.
pub const USER_HANDLE_LEN: usize = 64;

/// Body of [`PasskeyMakeStart`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyMakeStartRequest {}

/// Answer of [`PasskeyMakeStart`]: discoverable, user verification required, no attestation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyMakeOptions {
    /// Random; good once, for five minutes.
    pub challenge: Bounded<CHALLENGE_LEN>,
    /// Host of the portal.
    pub rp_id: String,
    /// Name of the portal.
    pub rp_name: String,
    /// Random; names the passkey's user and nobody else.
    pub user: Bounded<USER_HANDLE_LEN>,
    /// COSE algorithm identifiers, the preferred first.
    pub algorithms: Vec<i32>,
    /// Passkeys that exist already.
    pub exclude: Vec<Bounded<CREDENTIAL_ID_LEN>>,
    /// Milliseconds.
    pub timeout: u32,
}

/// Body of [`PasskeyMakeFinish`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyMade {
    /// `rawId`.
    pub id: Bounded<CREDENTIAL_ID_LEN>,
    /// `response.clientDataJSON`.
    pub client_data: Bounded<CLIENT_DATA_LEN>,
    /// `response.attestationObject`.
    pub attestation: Bounded<AUTHENTICATOR_LEN>,
}

/// Answer of [`PasskeyMakeFinish`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyMakeFinishResponse {}

/// Body of [`PasskeyUseStart`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyUseStartRequest {}

/// Answer of [`PasskeyUseStart`]. No list of credentials: it would tell a stranger who is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyUseOptions {
    /// Random; good once, for five minutes.
    pub challenge: Bounded<CHALLENGE_LEN>,
    /// Host of the portal.
    pub rp_id: String,
    /// Milliseconds.
    pub timeout: u32,
}

/// Body of [`PasskeyUseFinish`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyUsed {
    /// `rawId`.
    pub id: Bounded<CREDENTIAL_ID_LEN>,
    /// `response.clientDataJSON`.
    pub client_data: Bounded<CLIENT_DATA_LEN>,
    /// `response.authenticatorData`.
    pub authenticator_data: Bounded<AUTHENTICATOR_LEN>,
    /// `response.signature`.
    pub signature: Bounded<SIGNATURE_LEN>,
    /// `response.userHandle`.
    pub user: Bounded<USER_HANDLE_LEN>,
}
