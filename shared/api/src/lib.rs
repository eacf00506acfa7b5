//! Owns the HTTP contract: what may cross the wire between web app, sealer and portal, and nothing else.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod account;
pub mod bytes;
pub mod endpoint;
pub mod error;
pub mod limits;
pub mod passkey;
pub mod portal;
pub mod recipient;
pub mod sender;

pub use bytes::{
    Bounded, ClientNonce, Digest, EncapsulatedKey, MessageId, PossessionHash, PossessionTag,
    ProofId, PublicKey, ReleaseKey, SealedRelease, Tab,
};
pub use endpoint::{Endpoint, Method};
pub use error::{ErrorBody, ErrorCode};
