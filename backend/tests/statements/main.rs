//! Tests of the statements that a request causes. A process of its own: they are recorded for all of it.

#[cfg(test)]
mod equality;
#[cfg(test)]
#[expect(dead_code, reason = "the other test binary uses the rest")]
#[path = "../portal/passkey_authenticator.rs"]
mod passkey_authenticator;
#[cfg(test)]
mod passkeys;
#[cfg(test)]
mod recorder;
#[cfg(test)]
#[expect(
    dead_code,
    unused_imports,
    reason = "the other test binary uses the rest"
)]
#[path = "../support/mod.rs"]
mod support;
