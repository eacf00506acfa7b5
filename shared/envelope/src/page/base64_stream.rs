//! Owns decoding base64 that arrives in pieces and lines; the decoding itself is `data-encoding`'s.

use data_encoding::{DecodeKind, Encoding};

/// The text is not of the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// It ends inside a byte.
    Cut,
    /// It has other characters.
    Symbol,
}

/// Decodes unpadded base64 of one alphabet; white space is skipped.
pub(super) struct Base64Stream {
    encoding: Encoding,
    /// Characters not decoded yet: between pieces at most three.
    pending: Vec<u8>,
}

impl Base64Stream {
    /// At the start of a text in `encoding`, which has no padding.
    pub(super) const fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            pending: Vec::new(),
        }
    }

    /// Decodes all whole groups of four characters.
    pub(super) fn push(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Broken> {
        self.pending
            .extend(text.iter().filter(|b| !b.is_ascii_whitespace()));
        let whole = self.pending.len() / 4 * 4;
        let result = decode(&self.encoding, &self.pending[..whole], out);
        self.pending.drain(..whole);
        result
    }

    /// Decodes what is left at the end, and starts again.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
        let result = decode(&self.encoding, &self.pending, out);
        self.pending.clear();
        result
    }
}

fn decode(encoding: &Encoding, text: &[u8], out: &mut Vec<u8>) -> Result<(), Broken> {
    let len = encoding.decode_len(text.len()).map_err(|_| Broken::Cut)?;
    let start = out.len();
    out.resize(start + len, 0);
    match encoding.decode_mut(text, &mut out[start..]) {
        Ok(_) => Ok(()),
        Err(partial) => {
            out.truncate(start);
            Err(match partial.error.kind {
                DecodeKind::Length | DecodeKind::Trailing => Broken::Cut,
                _ => Broken::Symbol,
            })
        }
    }
}
