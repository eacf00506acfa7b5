//! Owns the wall clock of the development tools.

use jiff::Timestamp;

/// The time now.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where xtask reads the clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
