//! Owns the cryptography of version 1: what turns a release key and an envelope secret into a message, and back.
//!
//! Reading order: [`key_schedule`], [`stream`], [`digest`], [`release`], [`open`], [`seal`].
//!
//! ```
//! use rand::{SeedableRng as _, rngs::{StdRng, SysRng}};
//! use sealpost_crypto::{open::open, release::ReleasedKey, seal::{SealRequest, seal}};
//!
//! let mut rng = StdRng::try_from_rng(&mut SysRng)?;
//! let request = SealRequest {
//!     message: b"Subject: hello\r\n\r\nSealed.\r\n",
//!     parts: vec![],
//!     portal: "https://portal.example.com".to_owned(),
//!     from: "Ada <ada@example.com>".to_owned(),
//!     created: "2026-11-25T01:12:00Z".to_owned(),
//! };
//! let sealed = seal(request, &mut rng)?;
//!
//! // The portal keeps these two, and releases them to a recipient who holds the envelope.
//! let mut release = [0; 64];
//! release[..32].copy_from_slice(sealed.release_key.as_bytes());
//! release[32..].copy_from_slice(sealed.digest.as_bytes());
//!
//! let opened = open(&sealed.envelope, ReleasedKey::from_bytes(&release))?;
//! assert_eq!(opened.message.as_slice(), b"Subject: hello\r\n\r\nSealed.\r\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
