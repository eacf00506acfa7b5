//! Owns the release: a fresh key pair, the portal's answer, the released key.

use rand::{rand_core::UnwrapErr, rngs::SysRng};
use sealpost_api::recipient::{Release, ReleaseRequest, SenderView};
use sealpost_crypto::release::{ReleaseRequestKey, ReleasedKey};

use super::{envelope::Envelope, possession::possession, sign_in::Refused};
use crate::platform::{http::call, origin::origin};

/// What the portal released for one envelope. No `Debug`.
pub(crate) struct Released {
    pub(super) key: ReleasedKey,
    /// Who registered the message: the only verified sender.
    pub(super) sender: SenderView,
}

/// Why there is no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReleaseRefused {
    /// The portal did not release it.
    Refused(Refused),
    /// What came does not open for this request.
    Damaged,
}

/// Asks for the key of one message.
///
/// # Errors
/// [`ReleaseRefused`].
pub(crate) async fn release(envelope: &Envelope) -> Result<Released, ReleaseRefused> {
    let key = ReleaseRequestKey::make(&mut UnwrapErr(SysRng));
    let request = ReleaseRequest {
        possession: possession(envelope),
        nonce: key.nonce(),
        public_key: key.public_key(),
    };
    let answer = call::<Release>(&request)
        .await
        .map_err(ReleaseRefused::Refused)?;
    // The envelope names this origin, or it would not be an `Envelope`.
    let key = key
        .open(
            &request.possession.id,
            &origin(),
            &answer.enc,
            &answer.sealed,
        )
        .map_err(|_| ReleaseRefused::Damaged)?;
    Ok(Released {
        key,
        sender: answer.sender,
    })
}
