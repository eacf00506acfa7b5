//! Owns the cryptography of version 1: what turns a release key and an envelope secret into a message, and back.
//!
//! Reading order: [`key_schedule`], [`stream`], [`digest`], [`release`], [`open`], [`seal`].
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod digest;
pub mod key_schedule;
pub mod open;
pub mod release;
pub mod seal;
pub mod stream;

/// An envelope does not open. One error for every cryptographic failure: no detail helps an attacker tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed message is damaged, or its key is another one")]
pub struct OpenError;
