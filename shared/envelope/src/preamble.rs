//! Owns every byte before the stream: magic, version, header length, header. These bytes are the stream's associated data.

use zeroize::Zeroizing;

use crate::{Header, ParseError, limits::HEADER_LEN};

/// First bytes of every envelope.
pub const MAGIC: &[u8; 8] = b"SEALPOST";
/// The version this crate reads and writes.
pub const VERSION: u8 = 1;
/// Length of magic, version and header length together, in bytes.
pub const FIXED_LEN: usize = 13;

/// Header and the exact bytes it was read from. The bytes hold the envelope secret and are erased when dropped.
pub struct Preamble {
    header: Header,
    bytes: Zeroizing<Vec<u8>>,
}

impl Preamble {
    /// Length of the whole preamble, from its first [`FIXED_LEN`] bytes.
    ///
    /// # Errors
    /// [`ParseError::Truncated`], [`ParseError::NotAnEnvelope`], [`ParseError::NewerFormat`] for another version,
    /// [`ParseError::TooLarge`] for a header over its limit.
    pub fn len_from(start: &[u8]) -> Result<usize, ParseError> {
        // What is there of the magic must fit, so that a short file of another kind is not called cut off.
        let magic_len = start.len().min(MAGIC.len());
        if start.is_empty() || start[..magic_len] != MAGIC[..magic_len] {
            return Err(ParseError::NotAnEnvelope);
        }
        if start.get(MAGIC.len()).is_some_and(|&v| v != VERSION) {
            return Err(ParseError::NewerFormat);
        }
        let header_len = start
            .get(MAGIC.len() + 1..FIXED_LEN)
            .and_then(<[u8]>::first_chunk)
            .ok_or(ParseError::Truncated)?;
        let header_len = u32::from_be_bytes(*header_len) as usize;
        if header_len > HEADER_LEN {
            return Err(ParseError::TooLarge);
        }
        Ok(FIXED_LEN + header_len)
    }

    /// Reads the preamble at the start of `bytes`; what follows it is ignored.
    ///
    /// # Errors
    /// Those of [`Preamble::len_from`] and [`Header::from_json`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let len = Self::len_from(bytes)?;
        let bytes = bytes.get(..len).ok_or(ParseError::Truncated)?;
        Ok(Self {
            header: Header::from_json(&bytes[FIXED_LEN..])?,
            bytes: Zeroizing::new(bytes.to_vec()),
        })
    }

    /// Writes `header` as a preamble.
    ///
    /// # Errors
    /// [`ParseError::TooLarge`] where the header is over its limit, [`ParseError::Malformed`] where a reader would
    /// refuse `portal` or `created`.
    ///
    /// # Panics
    /// Never: a header within its limit has a length of 32 bits.
    pub fn from_header(header: Header) -> Result<Self, ParseError> {
        header.check()?;
        let json = header.to_json();
        if json.len() > HEADER_LEN {
            return Err(ParseError::TooLarge);
        }
        let header_len = u32::try_from(json.len()).expect("the limit fits 32 bits");
        let mut bytes = Zeroizing::new(Vec::with_capacity(FIXED_LEN + json.len()));
        bytes.extend_from_slice(MAGIC);
        bytes.push(VERSION);
        bytes.extend_from_slice(&header_len.to_be_bytes());
        bytes.extend_from_slice(&json);
        Ok(Self { header, bytes })
    }

    /// What it says.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Its exact bytes: the stream's associated data.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests;
