//! Owns signing in with an account: which ways an address has, the OpenID Connect round trip, and what the portal keeps
//! about the person who signed in.

use serde::{Deserialize, Serialize};

use crate::{ErrorCode, ProofId, Tab, endpoint::endpoint};

endpoint!(
    /// `POST /api/v1/sign-in/ways`: the ways an address can sign in, the one meant for it first. Follows from the
    /// address's domain and the operator's rules alone: it tells nothing of who is registered, or of any message.
    Ways: Post "/api/v1/sign-in/ways", WaysRequest => WaysResponse
);
endpoint!(
    /// `POST /api/v1/sign-in/account/start`: begins OpenID Connect at one provider. The app assigns the URL; nothing
    /// but this call can begin a sign-in.
    AccountStart: Post "/api/v1/sign-in/account/start", AccountStartRequest => AccountStartResponse
);
endpoint!(
    /// `GET /api/v1/sign-in/account/callback`: where a provider sends the browser back to (`code`, `state`, `iss`,
    /// `error` as query). Answers 303 to `/` in any case; [`Session`](crate::recipient::Session) tells how it went.
    AccountCallback: Get "/api/v1/sign-in/account/callback", () => ()
);
endpoint!(
    /// `POST /api/v1/me`: what the portal knows about the person signed in.
    Me: Post "/api/v1/me", MeRequest => MeResponse
);
endpoint!(
    /// `POST /api/v1/me/forget`: removes one proof, or one passkey with its proofs.
    Forget: Post "/api/v1/me/forget", ForgetRequest => MeResponse
);
endpoint!(
    /// `POST /api/v1/me/erase`: removes every proof and passkey of the person signed in, and ends all their sessions.
    Erase: Post "/api/v1/me/erase", EraseRequest => EraseResponse
);
endpoint!(
    /// `POST /api/v1/sign-out/everywhere`: ends every session of the person signed in.
    SignOutEverywhere: Post "/api/v1/sign-out/everywhere", SignOutEverywhereRequest => SignOutEverywhereResponse
);

/// Body of [`Ways`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaysRequest {
    /// The address the person says the message was sent to, as typed.
    pub address: String,
}

/// Answer of [`Ways`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaysResponse {
    /// The first is meant for this address and is shown big. Never empty.
    pub ways: Vec<Way>,
}

/// One way to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// An account at an OpenID provider.
    Account(ProviderView),
    /// A passcode mailed to the address.
    Passcode,
    /// A passkey made on this portal before; offered whether or not there is one.
    Passkey,
}

/// An OpenID provider as a button shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderView {
    /// Name in [`AccountStartRequest`].
    pub id: String,
    /// The operator's words for the button (`Google`, `Contoso`).
    pub label: String,
    /// Which of the built-in icons to show.
    pub icon: Icon,
    /// Whether the provider answered lately; an unavailable one is shown, disabled, with a sentence.
    pub available: bool,
    /// Whether its word is proof for this address; otherwise a code to the address completes it.
    pub proves: bool,
}

/// The icons built into the app; a provider never brings its own image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Icon {
    /// Google's.
    Google,
    /// Microsoft's.
    Microsoft,
    /// A generic key.
    Key,
    /// A generic building.
    Organisation,
}

/// Body of [`AccountStart`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountStartRequest {
    /// [`ProviderView::id`].
    pub provider: String,
    /// The address as typed: the provider's `login_hint`, where the provider is meant for it.
    pub address: Option<String>,
    /// The tab that begins and must be the one that returns.
    pub tab: Tab,
}

/// Answer of [`AccountStart`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountStartResponse {
    /// The provider's authorisation endpoint with all parameters; the app assigns it to `location`.
    pub url: String,
}

/// The account of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountView {
    /// The provider.
    pub provider: String,
    /// The operator's words for it.
    pub label: String,
}

/// How the last round trip to a provider ended, told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returned {
    /// `None`: signed in. Else why not.
    pub refused: Option<ErrorCode>,
}

/// Body of [`Me`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeRequest {}

/// Answer of [`Me`] and [`Forget`]. No address: the portal has only keyed hashes of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeResponse {
    /// The account signed in with, if any.
    pub account: Option<AccountView>,
    /// Addresses this session has proved, as a count: only their hashes are known.
    pub addresses: u32,
    /// Proofs kept: from an account or a passkey to one address each.
    pub proofs: Vec<ProofView>,
    /// Passkeys.
    pub passkeys: Vec<PasskeyView>,
    /// Live sessions of the same person, this one included.
    pub sessions: u32,
}

/// A kept proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofView {
    /// For [`Forget`].
    pub id: ProofId,
    /// What it starts from.
    pub from: ProofSource,
    /// How the address was proved.
    pub method: ProofMethod,
    /// When (RFC 3339).
    pub proved: String,
    /// Until when it is good (RFC 3339).
    pub expires: String,
}

/// What a proof starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofSource {
    /// An account (issuer and subject).
    Account,
    /// A passkey.
    Passkey,
}

/// How an address was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofMethod {
    /// By a mailed code.
    Code,
    /// By the word of a provider that is proof for the address.
    Claim,
}

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyView {
    /// For [`Forget`].
    pub id: ProofId,
    /// When it was made (RFC 3339).
    pub made: String,
    /// When it was last used (RFC 3339).
    pub used: Option<String>,
    /// Its signature counter went back: it may have been copied, and is refused until removed.
    #[serde(default)]
    pub locked: bool,
}

/// Body of [`Forget`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgetRequest {
    /// A proof or a passkey of the person signed in.
    pub id: ProofId,
}

/// Body of [`Erase`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {}

/// Answer of [`Erase`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseResponse {}

/// Body of [`SignOutEverywhere`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOutEverywhereRequest {}

/// Answer of [`SignOutEverywhere`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOutEverywhereResponse {}
