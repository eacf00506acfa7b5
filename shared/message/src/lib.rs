//! Owns what a message says: MIME view, attachments, sanitising policy. Pure: no I/O, no DOM, testable on the host.
//!
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod charset;
mod encoded_word;
pub mod encoding;
mod field;
mod inline;
pub mod limits;
pub mod name;
pub mod outline;
mod parameter;
pub mod policy;
mod reading;
mod structure;
pub mod text;
pub mod view;

pub use encoding::TransferEncoding;
pub use view::{Address, Attachment, Body, BodyKind, ContentId, Inline, MessageView, Stored};

/// A message that cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// The bytes are not an RFC 5322 message: not even headers.
    #[error("these bytes are not an email")]
    NotAMessage,
    /// More than [`limits::PARTS`] parts, nested deeper than [`limits::NESTING`], or a header block over
    /// [`limits::HEADER_LEN`].
    #[error("the email has too many parts, or too long a header")]
    TooComplex,
}
