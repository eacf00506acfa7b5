//! Owns opening a whole envelope natively: the sealer's `open`, and what tests compare the browser with.

use std::ops::Range;

use sealpost_envelope::{
    Index, Layout, ParseError, Preamble, Trailer, index::LENGTH_LEN, layout::Segment,
};
use zeroize::Zeroizing;

use crate::{OpenError, key_schedule::ContentKey, release::ReleasedKey, stream::SegmentKey};

/// Why an envelope cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Its structure is wrong.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// Its cryptography is wrong.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// A decrypted message. Erased when dropped; no `Debug`.
pub struct Plaintext {
    /// Where large bodies lie in the message.
    pub index: Index,
    /// The RFC 5322 bytes as sealed, without padding.
    pub message: Zeroizing<Vec<u8>>,
}

/// Opens `envelope` with what the portal released. The last segment is authenticated before anything else.
///
/// # Errors
/// [`EnvelopeError`]; nothing is returned unless every segment is authentic.
pub fn open(envelope: &[u8], released: ReleasedKey) -> Result<Plaintext, EnvelopeError> {
    let preamble = Preamble::parse(envelope)?;
    let count = envelope.last_chunk().ok_or(ParseError::Truncated)?;
    let layout = Layout::of(envelope.len() as u64, preamble.bytes().len(), *count)?;
    let stream_header = slice(envelope, layout.stream_header())?
        .first_chunk()
        .ok_or(ParseError::Truncated)?;
    let trailer = slice(envelope, layout.trailer())?;
    let content_key = ContentKey::derive(&preamble, stream_header, trailer, released)?;
    let reader = Reader {
        envelope,
        key: content_key.segment_key(&preamble, stream_header)?,
        trailer: Trailer::parse(trailer, &layout)?,
        layout,
    };
    reader.read()
}

struct Reader<'a> {
    envelope: &'a [u8],
    key: SegmentKey,
    trailer: Trailer,
    layout: Layout,
}

impl Reader<'_> {
    fn read(&self) -> Result<Plaintext, EnvelopeError> {
        // A stream cut at a segment's end shows only in the nonce of its last segment.
        let last = self.segment(self.layout.segments() - 1)?;
        let last_bytes = self.open(&last)?;
        let (index, start) = match last.index {
            0 => self.index(&last_bytes)?,
            _ => self.index(&self.open(&self.segment(0)?)?)?,
        };
        let range = start..start + index.message_len();
        let len = usize::try_from(index.message_len()).map_err(|_| ParseError::TooLarge)?;
        let mut message = Zeroizing::new(Vec::with_capacity(len));
        for position in 0..last.index {
            let segment = self.segment(position)?;
            append(&mut message, &segment, &self.open(&segment)?, &range);
        }
        append(&mut message, &last, &last_bytes, &range);
        Ok(Plaintext { index, message })
    }

    /// The index, and where the message starts, from the plaintext of the first segment: it holds the largest index.
    fn index(&self, start: &[u8]) -> Result<(Index, u64), ParseError> {
        let end = LENGTH_LEN + Index::len_from(start)?;
        let json = start.get(LENGTH_LEN..end).ok_or(ParseError::Truncated)?;
        Ok((Index::parse(json, self.layout.plaintext_len())?, end as u64))
    }

    fn segment(&self, index: u32) -> Result<Segment, ParseError> {
        self.layout.segment(index).ok_or(ParseError::Truncated)
    }

    fn open(&self, segment: &Segment) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
        let hash = self.trailer.hash(segment.index).ok_or(OpenError)?;
        let ciphertext = slice(self.envelope, segment.ciphertext.clone())?;
        Ok(self.key.open(segment, hash, ciphertext)?)
    }
}

/// Appends what the segment's plaintext `bytes` hold of `range`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "both are at most the length of `bytes`, a usize"
)]
fn append(message: &mut Vec<u8>, segment: &Segment, bytes: &[u8], range: &Range<u64>) {
    let held = &segment.plaintext;
    let start = range.start.clamp(held.start, held.end) - held.start;
    let end = range.end.clamp(held.start, held.end) - held.start;
    message.extend_from_slice(&bytes[start as usize..end as usize]);
}

fn slice(envelope: &[u8], range: Range<u64>) -> Result<&[u8], ParseError> {
    let start = usize::try_from(range.start).map_err(|_| ParseError::TooLarge)?;
    let end = usize::try_from(range.end).map_err(|_| ParseError::TooLarge)?;
    envelope.get(start..end).ok_or(ParseError::Truncated)
}
