//! Owns the tests of whole envelopes: agreement with other writers, damage, limits, and the permanent vectors.
#![expect(clippy::unwrap_used, reason = "a test fails by panic")]

mod agreement;
mod damage;
mod forgery;
mod limits;
mod reference;
mod secrets;
mod tink_crate;
mod version_1;

use sealpost_crypto::{release::ReleasedKey, seal::Sealed};

/// What the portal releases for a sealed message.
fn release_of(sealed: &Sealed) -> ReleasedKey {
    reference::released(sealed.release_key.as_bytes(), sealed.digest.as_bytes())
}
