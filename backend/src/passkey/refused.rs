//! Owns why a ceremony was refused. The reasons are for the audit and the log: on the wire they are one code.

use sealpost_api::ErrorCode;
use webauthn_rp::response::{
    auth::error::{AuthCeremonyErr, AuthenticatorDataErr as AssertedDataErr},
    register::error::RegCeremonyErr,
};

/// Why a passkey was not made or not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Not what an authenticator sends.
    Malformed,
    /// No challenge of this session is answered: never given, used, or expired.
    Challenge,
    /// Made on another origin, or in a frame of one.
    Origin,
    /// Made for another relying party.
    RelyingParty,
    /// The person was not there, or did not show who they are.
    NotVerified,
    /// The key is of an algorithm that was not asked for.
    Algorithm,
    /// Signed with another key.
    Signature,
    /// No passkey of this id and user handle.
    Unknown,
    /// The signature counter went back: there may be a copy.
    Counter,
    /// Its counter went back before.
    Locked,
    /// Device-bound became synchronised, or the other way round.
    Backup,
    /// None of its proofs is good any more.
    NoProof,
    /// The credential id is registered.
    Registered,
}

impl Refused {
    /// Whether the refusal changed nothing, so that anyone can have any number of them.
    pub(crate) fn is_idle(self) -> bool {
        self == Self::Challenge
    }

    /// As the audit names it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "passkey_refused: malformed",
            Self::Challenge => "passkey_refused: challenge",
            Self::Origin => "passkey_refused: origin",
            Self::RelyingParty => "passkey_refused: relying_party",
            Self::NotVerified => "passkey_refused: not_verified",
            Self::Algorithm => "passkey_refused: algorithm",
            Self::Signature => "passkey_refused: signature",
            Self::Unknown => "passkey_refused: unknown",
            Self::Counter => "passkey_refused: counter",
            Self::Locked => "passkey_refused: locked",
            Self::Backup => "passkey_refused: backup",
            Self::NoProof => "passkey_refused: no_proof",
            Self::Registered => "passkey_refused: registered",
        }
    }
}

/// One answer for all of them.
impl From<Refused> for ErrorCode {
    fn from(_: Refused) -> Self {
        Self::PasskeyRefused
    }
}

impl From<AuthCeremonyErr> for Refused {
    fn from(error: AuthCeremonyErr) -> Self {
        match error {
            AuthCeremonyErr::Timeout | AuthCeremonyErr::ChallengeMismatch => Self::Challenge,
            AuthCeremonyErr::OriginMismatch
            | AuthCeremonyErr::CrossOrigin
            | AuthCeremonyErr::TopOriginMismatch => Self::Origin,
            AuthCeremonyErr::RpIdHashMismatch => Self::RelyingParty,
            AuthCeremonyErr::UserNotVerified
            | AuthCeremonyErr::AuthenticatorData(AssertedDataErr::UserNotPresent) => {
                Self::NotVerified
            }
            AuthCeremonyErr::AssertionSignature | AuthCeremonyErr::PubKey(_) => Self::Signature,
            AuthCeremonyErr::SignatureCounter => Self::Counter,
            AuthCeremonyErr::UserHandleMismatch | AuthCeremonyErr::CredentialIdMismatch => {
                Self::Unknown
            }
            AuthCeremonyErr::BackupEligible
            | AuthCeremonyErr::BackupNotEligible
            | AuthCeremonyErr::BackupDoesNotExist => Self::Backup,
            _ => Self::Malformed,
        }
    }
}

impl From<RegCeremonyErr> for Refused {
    fn from(error: RegCeremonyErr) -> Self {
        match error {
            RegCeremonyErr::Timeout | RegCeremonyErr::ChallengeMismatch => Self::Challenge,
            RegCeremonyErr::OriginMismatch
            | RegCeremonyErr::CrossOrigin
            | RegCeremonyErr::TopOriginMismatch => Self::Origin,
            RegCeremonyErr::RpIdHashMismatch => Self::RelyingParty,
            RegCeremonyErr::UserNotVerified | RegCeremonyErr::UserNotPresent => Self::NotVerified,
            RegCeremonyErr::PublicKeyAlgorithmMismatch => Self::Algorithm,
            RegCeremonyErr::AttestationSignature => Self::Signature,
            _ => Self::Malformed,
        }
    }
}
