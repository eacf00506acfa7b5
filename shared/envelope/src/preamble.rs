//! Owns every byte before the stream: magic, version, header length, header. These bytes are the stream's associated data.

use crate::{Header, ParseError};

/// First bytes of every envelope.
pub const MAGIC: &[u8; 8] = b"SEALPOST";
/// The version this crate reads and writes.
pub const VERSION: u8 = 1;
/// Length of magic, version and header length together, in bytes.
pub const FIXED_LEN: usize = 13;

/// Header and the exact bytes it was read from.
pub struct Preamble {
    header: Header,
    bytes: Vec<u8>,
}

impl Preamble {
    /// Length of the whole preamble, from its first [`FIXED_LEN`] bytes.
    ///
    /// # Errors
    /// [`ParseError::Truncated`], [`ParseError::NotAnEnvelope`], [`ParseError::NewerFormat`] for another version,
    /// [`ParseError::TooLarge`] for a header over its limit.
    pub fn len_from(start: &[u8]) -> Result<usize, ParseError> {
        let _ = start;
        unimplemented!()
    }

    /// Reads the preamble at the start of `bytes`; what follows it is ignored.
    ///
    /// # Errors
    /// Those of [`Preamble::len_from`] and [`Header::from_json`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let _ = bytes;
        unimplemented!()
    }

    /// Writes `header` as a preamble.
    ///
    /// # Errors
    /// [`ParseError::TooLarge`] where the header is over its limit.
    pub fn from_header(header: Header) -> Result<Self, ParseError> {
        let _ = header;
        unimplemented!()
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
