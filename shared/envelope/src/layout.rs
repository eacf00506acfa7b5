//! Owns where things lie in an envelope: arithmetic on lengths only, so that a reader can slice a file it never holds whole.

use std::ops::Range;

use crate::{ParseError, limits::ENVELOPE_LEN};

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

/// Shortest stream: its header and the tag of an empty segment.
const LEAST_STREAM_LEN: u64 = STREAM_HEADER_LEN + TAG_LEN;
/// Plaintext bytes of a full segment.
const SEGMENT_PLAINTEXT_LEN: u64 = SEGMENT_LEN - TAG_LEN;
/// Plaintext bytes of a full first segment.
const FIRST_PLAINTEXT_LEN: u64 = SEGMENT_PLAINTEXT_LEN - STREAM_HEADER_LEN;

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
    /// [`ParseError::TooLarge`] over [`ENVELOPE_LEN`], [`ParseError::Truncated`] where the count and the length
    /// contradict each other.
    pub fn of(envelope_len: u64, preamble_len: usize, count: [u8; 4]) -> Result<Self, ParseError> {
        if envelope_len > ENVELOPE_LEN {
            return Err(ParseError::TooLarge);
        }
        let segments = u32::from_be_bytes(count);
        let preamble_len = preamble_len as u64;
        // Four billion hashes are 2^37 bytes: no overflow.
        let stream_len = envelope_len
            .checked_sub(u64::from(segments) * HASH_LEN + COUNT_LEN)
            .and_then(|rest| rest.checked_sub(preamble_len))
            .ok_or(ParseError::Truncated)?;
        // The stream header is in the first mebibyte, so the segments are exactly the mebibytes of the stream.
        let last_len = match stream_len % SEGMENT_LEN {
            0 => SEGMENT_LEN,
            rest => rest,
        };
        // A full segment is not followed by an empty one, so a later last segment holds at least one byte.
        let least = if segments == 1 {
            LEAST_STREAM_LEN
        } else {
            TAG_LEN + 1
        };
        if stream_len.div_ceil(SEGMENT_LEN) != u64::from(segments)
            || segments == 0
            || last_len < least
        {
            return Err(ParseError::Truncated);
        }
        Ok(Self {
            preamble_len,
            stream_len,
            segments,
        })
    }

    /// For writing: from the length of the plaintext stream.
    ///
    /// # Panics
    /// Over 2³² segments (4 PiB).
    #[must_use]
    pub fn for_plaintext(preamble_len: usize, plaintext_len: u64) -> Self {
        let later = plaintext_len
            .saturating_sub(FIRST_PLAINTEXT_LEN)
            .div_ceil(SEGMENT_PLAINTEXT_LEN);
        let segments = u32::try_from(1 + later).expect("at most 2^32 segments");
        Self {
            preamble_len: preamble_len as u64,
            stream_len: STREAM_HEADER_LEN + plaintext_len + u64::from(segments) * TAG_LEN,
            segments,
        }
    }

    /// Number of segments, at least 1.
    #[must_use]
    pub const fn segments(&self) -> u32 {
        self.segments
    }

    /// Length of the stream's plaintext (index, message and padding).
    #[must_use]
    pub const fn plaintext_len(&self) -> u64 {
        self.stream_len - STREAM_HEADER_LEN - self.segments as u64 * TAG_LEN
    }

    /// Length of the stream with its 40-byte header.
    #[must_use]
    pub const fn stream_len(&self) -> u64 {
        self.stream_len
    }

    /// Length of the whole envelope.
    #[must_use]
    pub const fn envelope_len(&self) -> u64 {
        self.stream_end() + self.segments as u64 * HASH_LEN + COUNT_LEN
    }

    /// Where Tink's stream header lies.
    #[must_use]
    pub const fn stream_header(&self) -> Range<u64> {
        self.preamble_len..self.preamble_len + STREAM_HEADER_LEN
    }

    /// Where the trailer lies, to the end.
    #[must_use]
    pub const fn trailer(&self) -> Range<u64> {
        self.stream_end()..self.envelope_len()
    }

    /// Segment `index`; `None` past the last.
    #[must_use]
    pub fn segment(&self, index: u32) -> Option<Segment> {
        if index >= self.segments {
            return None;
        }
        let last = index + 1 == self.segments;
        let mebibyte = self.preamble_len + u64::from(index) * SEGMENT_LEN;
        let start = if index == 0 {
            mebibyte + STREAM_HEADER_LEN
        } else {
            mebibyte
        };
        let end = if last {
            self.stream_end()
        } else {
            mebibyte + SEGMENT_LEN
        };
        let plaintext_start = match index {
            0 => 0,
            _ => FIRST_PLAINTEXT_LEN + u64::from(index - 1) * SEGMENT_PLAINTEXT_LEN,
        };
        Some(Segment {
            index,
            ciphertext: start..end,
            plaintext: plaintext_start..plaintext_start + (end - start - TAG_LEN),
            last,
        })
    }

    /// The segments that hold the plaintext bytes `range`, in order; what of it lies past the end is ignored, so an
    /// empty or outlying range has none.
    pub fn segments_of(&self, range: Range<u64>) -> impl Iterator<Item = Segment> + '_ {
        let end = range.end.min(self.plaintext_len());
        let indices = if range.start < end {
            segment_at(range.start)..segment_at(end - 1) + 1
        } else {
            0..0
        };
        indices.filter_map(|index| self.segment(u32::try_from(index).ok()?))
    }

    const fn stream_end(&self) -> u64 {
        self.preamble_len + self.stream_len
    }
}

/// Index of the segment that holds plaintext byte `position`.
const fn segment_at(position: u64) -> u64 {
    // With the stream header counted in, all segments hold the same number of bytes.
    (position + STREAM_HEADER_LEN) / SEGMENT_PLAINTEXT_LEN
}

#[cfg(test)]
mod tests;
