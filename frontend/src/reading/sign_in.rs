//! Owns what the app asks the portal before and after a release: passcode, session, sign-out, who runs it.

use sealpost_api::{
    ErrorBody,
    portal::PortalView,
    recipient::{ChallengeResponse, SessionView, VerifyResponse},
};

use super::envelope::Envelope;

/// A call that gave no answer to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The portal said no.
    Code(ErrorBody),
    /// Network, time-out, or an answer that is not the portal's.
    OutOfReach,
}

/// Asks for a passcode by mail.
///
/// # Errors
/// [`Refused`].
pub async fn challenge(envelope: &Envelope, address: &str) -> Result<ChallengeResponse, Refused> {
    let _ = (envelope, address);
    unimplemented!()
}

/// Exchanges a passcode for a session (a cookie the app cannot read).
///
/// # Errors
/// [`Refused`].
pub async fn verify(
    envelope: &Envelope,
    address: &str,
    code: &str,
) -> Result<VerifyResponse, Refused> {
    let _ = (envelope, address, code);
    unimplemented!()
}

/// Whether this browser is signed in.
///
/// # Errors
/// [`Refused`].
pub async fn session() -> Result<SessionView, Refused> {
    unimplemented!()
}

/// Ends the session and wipes this tab's records, whatever the portal answers.
///
/// # Errors
/// [`Refused`].
pub async fn sign_out() -> Result<(), Refused> {
    unimplemented!()
}

/// Who runs this portal.
///
/// # Errors
/// [`Refused`].
pub async fn portal() -> Result<PortalView, Refused> {
    unimplemented!()
}
