//! Owns the start of the plaintext: `index_len u32be | index JSON`, which says where large bodies lie in the message.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    ParseError,
    limits::{INDEX_LEN, MESSAGE_LEN, PARTS},
};

/// Bytes of the length before the index JSON.
pub const LENGTH_LEN: usize = 4;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Index {
    message_len: u64,
    parts: Vec<Part>,
}

/// The JSON before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    message_len: u64,
    parts: Vec<Part>,
}

impl Index {
    /// For writing.
    ///
    /// # Errors
    /// The checks of [`Index::parse`].
    pub fn new(message_len: u64, parts: Vec<Part>) -> Result<Self, ParseError> {
        let index = Self { message_len, parts };
        index.check()?;
        Ok(index)
    }

    /// Length of the index JSON, from the first four bytes of the plaintext.
    ///
    /// # Errors
    /// [`ParseError::Truncated`], [`ParseError::TooLarge`] over [`INDEX_LEN`].
    pub fn len_from(start: &[u8]) -> Result<usize, ParseError> {
        let len = start
            .first_chunk::<LENGTH_LEN>()
            .ok_or(ParseError::Truncated)?;
        let len = u32::from_be_bytes(*len) as usize;
        if len > INDEX_LEN {
            return Err(ParseError::TooLarge);
        }
        Ok(len)
    }

    /// Reads the index JSON (without its length) of a plaintext of `plaintext_len` bytes.
    ///
    /// # Errors
    /// [`ParseError::Malformed`] unless the message fits the plaintext and the parts are in bounds, not empty, disjoint and
    /// ordered; [`ParseError::TooLarge`] over a limit.
    pub fn parse(json: &[u8], plaintext_len: u64) -> Result<Self, ParseError> {
        if json.len() > INDEX_LEN {
            return Err(ParseError::TooLarge);
        }
        // serde would also take arrays in place of the objects. The index has no text but its keys, so there is one
        // bracket: that of `parts`.
        let arrays = json.split(|&b| b == b'[').count() - 1;
        if json.trim_ascii_start().first() != Some(&b'{') || arrays != 1 {
            return Err(ParseError::Malformed("index"));
        }
        let Unchecked { message_len, parts } =
            serde_json::from_slice(json).map_err(|_| ParseError::Malformed("index"))?;
        let index = Self::new(message_len, parts)?;
        let before = (LENGTH_LEN + json.len()) as u64;
        if before + index.message_len > plaintext_len {
            return Err(ParseError::Malformed("message_len"));
        }
        Ok(index)
    }

    /// `index_len u32be | index JSON`.
    ///
    /// # Panics
    /// Never: [`PARTS`] entries take far less than [`INDEX_LEN`].
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; LENGTH_LEN];
        serde_json::to_writer(&mut bytes, self)
            .expect("numbers always serialise, and a Vec takes every write");
        let len = u32::try_from(bytes.len() - LENGTH_LEN).expect("the limit fits 32 bits");
        bytes[..LENGTH_LEN].copy_from_slice(&len.to_be_bytes());
        bytes
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
        let starts = std::iter::once(0).chain(self.parts.iter().map(|p| p.offset + p.length));
        let ends = self
            .parts
            .iter()
            .map(|p| p.offset)
            .chain(std::iter::once(self.message_len));
        starts
            .zip(ends)
            .map(|(start, end)| start..end)
            .filter(|range| !range.is_empty())
    }

    fn check(&self) -> Result<(), ParseError> {
        if self.message_len > MESSAGE_LEN || self.parts.len() > PARTS {
            return Err(ParseError::TooLarge);
        }
        let mut free_from = 0;
        for part in &self.parts {
            let end = part.offset.checked_add(part.length);
            match end {
                Some(end)
                    if part.length > 0 && part.offset >= free_from && end <= self.message_len =>
                {
                    free_from = end;
                }
                _ => return Err(ParseError::Malformed("parts")),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
