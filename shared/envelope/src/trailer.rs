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
        let (hashes, count) = bytes.split_last_chunk().ok_or(ParseError::Truncated)?;
        let (hashes, rest) = hashes.as_chunks::<32>();
        if !rest.is_empty()
            || u32::from_be_bytes(*count) != layout.segments()
            || hashes.len() != layout.segments() as usize
        {
            return Err(ParseError::Truncated);
        }
        Ok(Self {
            hashes: hashes.to_vec(),
        })
    }

    /// The bytes as they stand in the envelope and in the digest.
    ///
    /// # Panics
    /// Over 2³² segments (4 PiB).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let count = u32::try_from(self.hashes.len()).expect("at most 2^32 segments");
        let mut bytes = self.hashes.concat();
        bytes.extend_from_slice(&count.to_be_bytes());
        bytes
    }

    /// Hash of segment `index`; `None` past the last.
    #[must_use]
    pub fn hash(&self, index: u32) -> Option<&[u8; 32]> {
        self.hashes.get(index as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_survives_bytes() {
        let layout = Layout::for_plaintext(100, 3 << 20);
        let trailer = Trailer::new((0..4).map(|i| [i; 32]).collect());
        let bytes = trailer.to_bytes();
        assert_eq!(
            bytes.len() as u64,
            layout.trailer().end - layout.trailer().start
        );
        assert_eq!(Trailer::parse(&bytes, &layout), Ok(trailer.clone()));
        assert_eq!(trailer.hash(3), Some(&[3; 32]));
        assert_eq!(trailer.hash(4), None);
    }

    #[test]
    fn another_number_of_bytes_or_hashes_is_refused() {
        let layout = Layout::for_plaintext(100, 3 << 20);
        let bytes = Trailer::new(vec![[7; 32]; 4]).to_bytes();
        for wrong in [
            &bytes[1..],
            &bytes[..bytes.len() - 1],
            &bytes[32..],
            &Trailer::new(vec![[7; 32]; 3]).to_bytes(),
            &Trailer::new(vec![[7; 32]; 5]).to_bytes(),
            &[0; 3],
            &[],
        ] {
            assert_eq!(Trailer::parse(wrong, &layout), Err(ParseError::Truncated));
        }
    }
}
