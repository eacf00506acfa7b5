//! Owns what a recipient's browser asks: a passcode, a session, the release of a key, an end to the session.

use serde::{Deserialize, Serialize};

use crate::{
    ClientNonce, EncapsulatedKey, MessageId, PossessionTag, PublicKey, SealedRelease, Tab,
    account::{AccountView, Returned},
    endpoint::endpoint,
};

endpoint!(
    /// `POST /api/v1/sign-in/challenge`: mails a passcode to the address, if the message was sent to it. The answer is
    /// the same for every address.
    Challenge: Post "/api/v1/sign-in/challenge", ChallengeRequest => ChallengeResponse
);
endpoint!(
    /// `POST /api/v1/sign-in/verify`: exchanges a passcode for a session (a cookie).
    Verify: Post "/api/v1/sign-in/verify", VerifyRequest => VerifyResponse
);
endpoint!(
    /// `GET /api/v1/session`: whether this browser is signed in, and how.
    Session: Get "/api/v1/session", () => SessionView
);
endpoint!(
    /// `POST /api/v1/release`: releases the key of one message to this tab.
    Release: Post "/api/v1/release", ReleaseRequest => ReleaseResponse
);
endpoint!(
    /// `POST /api/v1/sign-out`: ends the session. The answer asks the browser to clear its cache.
    SignOut: Post "/api/v1/sign-out", SignOutRequest => SignOutResponse
);

/// Shows that the caller holds the envelope. No `Debug`: the tag is a secret.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Possession {
    /// The message.
    pub id: MessageId,
    /// Derived from the envelope secret.
    pub tag: PossessionTag,
}

/// Body of [`Challenge`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRequest {
    /// The message to open.
    pub possession: Possession,
    /// The address the person says it was sent to, as typed.
    pub address: String,
    /// The tab that will type the code.
    pub tab: Tab,
}

/// Answer of [`Challenge`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeResponse {
    /// Stands in the mail's subject and on the page, so that the person knows which code is which (`AB7-2KX`).
    pub reference: String,
    /// Seconds until the code expires.
    pub expires_in: u32,
    /// Seconds until another code can be asked for.
    pub resend_in: u32,
}

/// Body of [`Verify`]. No `Debug`: the code is a secret.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// The message to open.
    pub possession: Possession,
    /// The same address as in the challenge.
    pub address: String,
    /// The tab that asked for the code.
    pub tab: Tab,
    /// [`CODE_DIGITS`](crate::limits::CODE_DIGITS) ASCII digits.
    pub code: String,
    /// Whether to keep the proof: the session's account opens this address's messages from now on, until the proof ages.
    /// Ignored without an account.
    #[serde(default)]
    pub keep: bool,
}

/// Answer of [`Verify`]; the session itself is in the cookie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyResponse {
    /// Seconds until the session ends for good.
    pub expires_in: u32,
}

/// Answer of [`Session`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionView {
    /// Whether a release can be asked for: at least one address is proved.
    pub signed_in: bool,
    /// The account signed in with, whether or not it proves an address.
    #[serde(default)]
    pub account: Option<AccountView>,
    /// How the last round trip to a provider ended; told once.
    #[serde(default)]
    pub returned: Option<Returned>,
    /// Whether this session may make a passkey and has none yet.
    #[serde(default)]
    pub passkey_offered: bool,
}

/// Body of [`Release`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    /// The message to open.
    pub possession: Possession,
    /// Fresh for this request.
    pub nonce: ClientNonce,
    /// Fresh for this request; the private half never leaves the tab.
    pub public_key: PublicKey,
}

/// Answer of [`Release`]: HPKE (RFC 9180, base mode) of `release key ‖ digest` to the tab's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseResponse {
    /// HPKE encapsulated key.
    pub enc: EncapsulatedKey,
    /// HPKE ciphertext.
    pub sealed: SealedRelease,
    /// Who registered the message; only this sender is verified.
    pub sender: SenderView,
}

/// The sender as the portal knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SenderView {
    /// The From address that the sender's token was allowed to register.
    pub address: String,
    /// Name of the token, given by the operator: an organisation or a department.
    pub organisation: String,
}

/// Body of [`SignOut`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOutRequest {}

/// Answer of [`SignOut`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOutResponse {}
