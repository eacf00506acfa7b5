//! Owns what the app asks the portal before and after a release: passcode, session, sign-out, who runs it.

use sealpost_api::{
    portal::{Portal, PortalView},
    recipient::{
        Challenge, ChallengeRequest, ChallengeResponse, Session, SessionView, SignOut,
        SignOutRequest, Verify, VerifyRequest, VerifyResponse,
    },
};

use super::{envelope::Envelope, possession::possession};
pub(crate) use crate::platform::http::Refused;
use crate::{
    arrival,
    platform::{http::call, tab},
};

/// Asks for a passcode by mail.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn challenge(
    envelope: &Envelope,
    address: &str,
) -> Result<ChallengeResponse, Refused> {
    call::<Challenge>(&ChallengeRequest {
        possession: possession(envelope),
        address: address.to_owned(),
        tab: tab::tab(),
    })
    .await
}

/// Exchanges a passcode for a session (a cookie the app cannot read). `keep`: link the session's account to the address.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn verify(
    envelope: &Envelope,
    address: &str,
    code: &str,
    keep: bool,
) -> Result<VerifyResponse, Refused> {
    call::<Verify>(&VerifyRequest {
        possession: possession(envelope),
        address: address.to_owned(),
        tab: tab::tab(),
        code: code.to_owned(),
        keep,
    })
    .await
}

/// Whether this browser is signed in.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn session() -> Result<SessionView, Refused> {
    call::<Session>(&()).await
}

/// Ends the session and wipes this tab's records, whatever the portal answers.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn sign_out() -> Result<(), Refused> {
    // First, so that nothing stays behind where the portal is out of reach.
    arrival::forget().await;
    tab::forget();
    call::<SignOut>(&SignOutRequest {}).await.map(drop)
}

/// Who runs this portal.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn portal() -> Result<PortalView, Refused> {
    call::<Portal>(&()).await
}
