//! Owns where things lie in an envelope: arithmetic on lengths only, so that a reader can slice a file it never holds whole.

use std::ops::Range;

use crate::ParseError;

/// Ciphertext bytes of a segment; the first is [`STREAM_HEADER_LEN`] shorter (Tink `AES256_GCM_HKDF_1MB`).
pub const SEGMENT_LEN: u64 = 1 << 20;
/// Bytes of Tink's stream header: `0x28 | salt 32 | nonce prefix 7`.
pub const STREAM_HEADER_LEN: u64 = 40;
/// Bytes of a segment's GCM tag.
pub const TAG_LEN: u64 = 16;
/// Bytes of one hash in the trailer (SHA-256).
pub const HASH_LEN: u64 = 32;
/// Bytes of the segment count at the very end.
pub const COUNT_LEN: u64 = 4;

/// Offsets of one envelope. All are from the start of the envelope, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    preamble_len: u64,
    stream_len: u64,
    segments: u32,
}

/// One segment of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Position in the stream, from 0.
    pub index: u32,
    /// Where its ciphertext (tag included) lies in the envelope.
    pub ciphertext: Range<u64>,
    /// Which bytes of the stream's plaintext it holds.
    pub plaintext: Range<u64>,
    /// Whether it is the last; part of the nonce.
    pub last: bool,
}

impl Layout {
    /// From the length of the whole envelope, that of its preamble, and the segment count in its last four bytes.
    ///
    /// # Errors
    /// [`ParseError::TooLarge`] over [`ENVELOPE_LEN`](crate::limits::ENVELOPE_LEN), [`ParseError::Truncated`] where the
    /// count and the length contradict each other.
    pub fn of(envelope_len: u64, preamble_len: usize, count: [u8; 4]) -> Result<Self, ParseError> {
        let _ = (envelope_len, preamble_len, count);
        unimplemented!()
    }

    /// For writing: from the length of the plaintext stream.
    #[must_use]
    pub fn for_plaintext(preamble_len: usize, plaintext_len: u64) -> Self {
        let _ = (preamble_len, plaintext_len);
        unimplemented!()
    }

    /// Number of segments, at least 1.
    #[must_use]
    pub const fn segments(&self) -> u32 {
        self.segments
    }

    /// Length of the stream's plaintext (index, message and padding).
    #[must_use]
    pub fn plaintext_len(&self) -> u64 {
        let _ = self.stream_len;
        unimplemented!()
    }

    /// Length of the stream with its 40-byte header.
    #[must_use]
    pub const fn stream_len(&self) -> u64 {
        self.stream_len
    }

    /// Length of the whole envelope.
    #[must_use]
    pub fn envelope_len(&self) -> u64 {
        unimplemented!()
    }

    /// Where Tink's stream header lies.
    #[must_use]
    pub const fn stream_header(&self) -> Range<u64> {
        self.preamble_len..self.preamble_len + STREAM_HEADER_LEN
    }

    /// Where the trailer lies, to the end.
    #[must_use]
    pub fn trailer(&self) -> Range<u64> {
        unimplemented!()
    }

    /// Segment `index`; `None` past the last.
    #[must_use]
    pub fn segment(&self, index: u32) -> Option<Segment> {
        let _ = index;
        unimplemented!()
    }

    /// The segments that hold the plaintext bytes `range`, in order; empty for an empty or outlying range.
    pub fn segments_of(&self, range: Range<u64>) -> impl Iterator<Item = Segment> + '_ {
        let _ = range;
        std::iter::empty()
    }
}
