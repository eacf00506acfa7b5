//! Owns that no secret can be printed: a type here with `Debug` or `Display` makes this file ambiguous and fails to compile.

use std::fmt::{Debug, Display};

use sealpost_crypto::{
    key_schedule::ContentKey,
    open::Plaintext,
    release::{ReleaseRequestKey, ReleasedKey},
    seal::Sealed,
    stream::SegmentKey,
};
use sealpost_envelope::{EnvelopeSecret, Header, Preamble};

/// Every type has the first implementation; one that can be printed has another, and then `_` is ambiguous.
trait Unprintable<Marker> {
    fn holds() -> bool {
        true
    }
}

impl<T> Unprintable<()> for T {}
impl<T: Debug> Unprintable<u8> for T {}
impl<T: Display> Unprintable<u16> for T {}

#[test]
fn secrets_cannot_be_printed() {
    assert!(<ContentKey as Unprintable<_>>::holds());
    assert!(<Plaintext as Unprintable<_>>::holds());
    assert!(<ReleaseRequestKey as Unprintable<_>>::holds());
    assert!(<ReleasedKey as Unprintable<_>>::holds());
    assert!(<Sealed as Unprintable<_>>::holds());
    assert!(<SegmentKey as Unprintable<_>>::holds());
    assert!(<EnvelopeSecret as Unprintable<_>>::holds());
    assert!(<Header as Unprintable<_>>::holds());
    assert!(<Preamble as Unprintable<_>>::holds());
}
