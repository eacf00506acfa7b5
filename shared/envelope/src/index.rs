//! Owns the start of the plaintext: `index_len u32be | index JSON`, which says where large bodies lie in the message.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::ParseError;

/// The encoded body of one leaf part, as it stands in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// From the start of the message, in bytes.
    pub offset: u64,
    /// In bytes.
    pub length: u64,
}

/// Where the message and its large bodies lie. Hostile input until [`Index::parse`] has checked it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    message_len: u64,
    parts: Vec<Part>,
}

impl Index {
    /// For writing.
    ///
    /// # Errors
    /// The checks of [`Index::parse`].
    pub fn new(message_len: u64, parts: Vec<Part>) -> Result<Self, ParseError> {
        let _ = (message_len, parts);
        unimplemented!()
    }

    /// Length of the index JSON, from the first four bytes of the plaintext.
    ///
    /// # Errors
    /// [`ParseError::Truncated`], [`ParseError::TooLarge`] over [`INDEX_LEN`](crate::limits::INDEX_LEN).
    pub fn len_from(start: &[u8]) -> Result<usize, ParseError> {
        let _ = start;
        unimplemented!()
    }

    /// Reads the index JSON (without its length) of a plaintext of `plaintext_len` bytes.
    ///
    /// # Errors
    /// [`ParseError::Malformed`] unless the message fits the plaintext and the parts are in bounds, not empty, disjoint and
    /// ordered; [`ParseError::TooLarge`] over a limit.
    pub fn parse(json: &[u8], plaintext_len: u64) -> Result<Self, ParseError> {
        let _ = (json, plaintext_len);
        unimplemented!()
    }

    /// `index_len u32be | index JSON`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        unimplemented!()
    }

    /// Length of the message, in bytes.
    #[must_use]
    pub const fn message_len(&self) -> u64 {
        self.message_len
    }

    /// The large bodies, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What is left of the message when the large bodies are cut out: ranges of the message, in order, not empty.
    pub fn skeleton(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        std::iter::empty()
    }
}
