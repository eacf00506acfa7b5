//! Owns the sealer's side: what a message looks like before it is sealed.

use sealpost_envelope::Part;

use crate::{Address, MessageError};

/// What the sealer needs of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// From; the first is the sender.
    pub from: Vec<Address>,
    /// To, Cc and Bcc, in order, without duplicates.
    pub recipients: Vec<Address>,
    /// Subject, decoded.
    pub subject: Option<String>,
    /// Message-ID with angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To with angle brackets.
    pub in_reply_to: Option<String>,
    /// References, each with angle brackets.
    pub references: Vec<String>,
    /// Auto-Submitted (RFC 3834), as it stands.
    pub auto_submitted: Option<String>,
}

/// Reads the headers of a message.
///
/// # Errors
/// [`MessageError`].
pub fn outline(message: &[u8]) -> Result<Outline, MessageError> {
    let _ = message;
    unimplemented!()
}

/// The message without `Bcc` and `Resent-Bcc` headers (folded lines included); every other byte stays. Headers of nested
/// messages are left alone.
#[must_use]
pub fn strip_bcc(message: &[u8]) -> Vec<u8> {
    let _ = message;
    unimplemented!()
}

/// The encoded bodies of leaf parts over [`INDEXED_PART_LEN`](sealpost_envelope::limits::INDEXED_PART_LEN), in order.
/// Cutting them out leaves a skeleton that [`MessageView::parse`](crate::MessageView::parse) reads the same way.
///
/// # Errors
/// [`MessageError`].
pub fn large_parts(message: &[u8]) -> Result<Vec<Part>, MessageError> {
    let _ = message;
    unimplemented!()
}
