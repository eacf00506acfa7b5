//! Owns the release: a fresh key pair, the portal's answer, the released key.

use sealpost_api::recipient::SenderView;
use sealpost_crypto::release::ReleasedKey;

use super::{envelope::Envelope, sign_in::Refused};

/// What the portal released for one envelope. No `Debug`.
pub struct Released {
    pub(super) key: ReleasedKey,
    sender: SenderView,
}

impl Released {
    /// Who registered the message: the only verified sender.
    #[must_use]
    pub const fn sender(&self) -> &SenderView {
        &self.sender
    }
}

/// Why there is no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReleaseRefused {
    /// The portal did not release it.
    Refused(Refused),
    /// What came does not open for this request.
    Damaged,
}

/// Asks for the key of one message.
///
/// # Errors
/// [`ReleaseRefused`].
pub async fn release(envelope: &Envelope) -> Result<Released, ReleaseRefused> {
    let _ = envelope;
    unimplemented!()
}
