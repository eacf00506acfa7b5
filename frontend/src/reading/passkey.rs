//! Owns passkeys on the way to a message: made after a first proof, used instead of a mail round trip.

use sealpost_api::{
    passkey::{
        PasskeyMakeFinish, PasskeyMakeStart, PasskeyMakeStartRequest, PasskeyUseFinish,
        PasskeyUseStart, PasskeyUseStartRequest,
    },
    recipient::SessionView,
};

use super::sign_in::Refused;
use crate::platform::{
    credentials::{self, NoCredential},
    http::call,
};
pub(crate) use credentials::{device_can_hold, known_here, set_known_here, supported};

/// Why there is no passkey to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PasskeyError {
    /// The portal refused, or did not answer.
    Refused(Refused),
    /// The browser gave no credential.
    NotCompleted,
    /// The device has a passkey of this person already.
    Exists,
}

impl From<NoCredential> for PasskeyError {
    fn from(none: NoCredential) -> Self {
        match none {
            NoCredential::NotCompleted => Self::NotCompleted,
            NoCredential::Exists => Self::Exists,
        }
    }
}

impl From<Refused> for PasskeyError {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// Makes a passkey for what this session proved. `name` is what the device lists it under; the portal does not get it.
///
/// # Errors
/// [`PasskeyError`].
pub(crate) async fn make(name: &str) -> Result<(), PasskeyError> {
    let options = call::<PasskeyMakeStart>(&PasskeyMakeStartRequest {}).await?;
    let name = if name.is_empty() {
        &options.rp_name
    } else {
        name
    };
    let made = credentials::make(&options, name).await;
    if made == Err(NoCredential::Exists) {
        set_known_here(true);
    }
    call::<PasskeyMakeFinish>(&made?).await?;
    set_known_here(true);
    Ok(())
}

/// Exchanges a signature of a passkey for a session.
///
/// # Errors
/// [`PasskeyError`].
pub(crate) async fn sign_in() -> Result<SessionView, PasskeyError> {
    let options = call::<PasskeyUseStart>(&PasskeyUseStartRequest {}).await?;
    let used = credentials::assert(&options).await?;
    let session = call::<PasskeyUseFinish>(&used).await?;
    set_known_here(true);
    Ok(session)
}
