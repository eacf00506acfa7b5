//! Owns the trailer: `SHA-256 of each ciphertext segment, in order | segment count u32be`.

use crate::{Layout, ParseError};

/// The hashes of the segments. The first segment's hash excludes the 40-byte stream header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailer {
    hashes: Vec<[u8; 32]>,
}

impl Trailer {
    /// From the hashes, for writing.
    #[must_use]
    pub const fn new(hashes: Vec<[u8; 32]>) -> Self {
        Self { hashes }
    }

    /// Reads the bytes at [`Layout::trailer`].
    ///
    /// # Errors
    /// [`ParseError::Truncated`] where their number does not fit the layout.
    pub fn parse(bytes: &[u8], layout: &Layout) -> Result<Self, ParseError> {
        let _ = (bytes, layout);
        unimplemented!()
    }

    /// The bytes as they stand in the envelope and in the digest.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        unimplemented!()
    }

    /// Hash of segment `index`; `None` past the last.
    #[must_use]
    pub fn hash(&self, index: u32) -> Option<&[u8; 32]> {
        self.hashes.get(index as usize)
    }
}
