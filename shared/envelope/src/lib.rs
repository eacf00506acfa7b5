//! Owns the container format, version 1: `preamble | stream | trailer` outside, `index | message | padding` inside.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod header;
pub mod index;
pub mod layout;
pub mod limits;
pub mod origin;
pub mod padding;
pub mod page;
pub mod preamble;
pub mod timestamp;
pub mod trailer;

pub use header::{EnvelopeSecret, Header};
pub use index::{Index, Part};
pub use layout::Layout;
pub use preamble::Preamble;
pub use trailer::Trailer;

/// Why bytes are not an envelope that this version can read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Fewer bytes than the format needs: cut off on the way.
    #[error("the envelope is cut off")]
    Truncated,
    /// The bytes do not start with `SEALPOST`.
    #[error("these bytes are not a sealed message")]
    NotAnEnvelope,
    /// A version, or a header field, that this reader does not know yet.
    #[error("the envelope has a newer format")]
    NewerFormat,
    /// A length is over its limit.
    #[error("the envelope is over a size limit")]
    TooLarge,
    /// The structure contradicts itself; the text names the field and holds none of its content.
    #[error("the envelope is malformed: {0}")]
    Malformed(&'static str),
}
