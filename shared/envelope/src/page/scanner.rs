//! Owns finding the envelope in the bytes of a file, by fixed delimiters.

use data_encoding::BASE64URL_NOPAD;

use super::{
    ENVELOPE_CLOSE, ENVELOPE_OPEN, HINT_LEN, HINT_OPEN, LINK_OPEN,
    base64_stream::{Base64Stream, Broken},
    check_version, decode_hint,
    transfer::Transfer,
};
use crate::{ParseError, limits::ENVELOPE_LEN};

/// [`ENVELOPE_OPEN`] as a browser writes it when it saves the page it shows.
const ENVELOPE_OPEN_SAVED: &str = "<pre id=\"sealpost-envelope\" hidden=\"\">";
/// [`HINT_OPEN`] as a browser writes it.
const HINT_OPEN_SAVED: &str = "<pre id=\"sealpost-hint\" hidden=\"\">";
const ENVELOPE_OPENERS: &[&str] = &[LINK_OPEN, ENVELOPE_OPEN, ENVELOPE_OPEN_SAVED];
const HINT_OPENERS: &[&str] = &[HINT_OPEN, HINT_OPEN_SAVED];
/// Digits kept of the version; more are no version.
const VERSION_CHARS: usize = 4;
/// Base64url characters kept of a hint: enough to be over [`HINT_LEN`] when cut there.
const HINT_CHARS: usize = (HINT_LEN / 3 + 1) * 4;

/// Finds the envelope in the bytes of a file that arrive in pieces: an attachment page (either form), or a mail that
/// carries one as 7bit, 8bit, quoted-printable or base64. Linear time, bounded memory; fixed delimiters, no regular expression.
/// The first envelope of the file counts.
///
/// Not recognised: a page in other than an ASCII-compatible encoding, and a `Content-Transfer-Encoding` field folded
/// before `base64`; a MIME parser helps with the latter.
///
/// Feed every piece to [`PageScanner::push`], which hands out decoded envelope bytes as they come; then call
/// [`PageScanner::finish`].
pub struct PageScanner {
    transfer: Transfer,
    /// The current piece after [`Transfer`]; empty between pieces.
    page: Vec<u8>,
    state: State,
    envelope: Base64Stream,
    envelope_len: u64,
    /// Base64url of the hint.
    hint: Vec<u8>,
}

enum State {
    /// Before the envelope.
    Outside(Search),
    /// In the link, before `#`.
    Url,
    /// In the link, between `#` and the first dot.
    Version(Vec<u8>),
    LinkEnvelope,
    LinkHint,
    Envelope,
    /// In [`ENVELOPE_CLOSE`], with the number of characters seen.
    EnvelopeClose(usize),
    /// Between envelope and hint.
    Between(Search),
    Hint,
    Done,
}

impl PageScanner {
    /// At the start of a file.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "a scanner always starts somewhere"
    )]
    pub fn new() -> Self {
        Self {
            transfer: Transfer::new(),
            page: Vec::new(),
            state: State::Outside(Search::new(ENVELOPE_OPENERS)),
            envelope: Base64Stream::new(BASE64URL_NOPAD),
            envelope_len: 0,
            hint: Vec::new(),
        }
    }

    /// Takes the next piece of the file and appends the envelope bytes found in it to `out`.
    ///
    /// # Errors
    /// [`ParseError::Malformed`] for characters that are not base64url, [`ParseError::NewerFormat`] for a link of another
    /// version, [`ParseError::Truncated`] where the base64url ends inside a byte, [`ParseError::TooLarge`] over
    /// [`ENVELOPE_LEN`].
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), ParseError> {
        if matches!(self.state, State::Done) {
            return Ok(());
        }
        let mut page = std::mem::take(&mut self.page);
        self.transfer.push(piece, &mut page);
        let result = self.scan(&page, out);
        page.clear();
        self.page = page;
        result
    }

    /// At the end of the file: appends what is left and returns the hint.
    ///
    /// # Errors
    /// [`ParseError::NotAnEnvelope`] where no envelope was found, [`ParseError::Truncated`] where it did not end; those of
    /// [`PageScanner::push`].
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<Option<String>, ParseError> {
        let mut page = std::mem::take(&mut self.page);
        self.transfer.finish(&mut page);
        self.scan(&page, out)?;
        match self.state {
            State::Outside(_) => Err(ParseError::NotAnEnvelope),
            State::Url
            | State::Version(_)
            | State::LinkEnvelope
            | State::Envelope
            | State::EnvelopeClose(_) => Err(ParseError::Truncated),
            State::LinkHint | State::Between(_) | State::Hint => Ok(None),
            State::Done => Ok(decode_hint(&self.hint)),
        }
    }

    fn scan(&mut self, mut page: &[u8], out: &mut Vec<u8>) -> Result<(), ParseError> {
        while !page.is_empty() {
            let used = self.step(page, out)?;
            page = &page[used..];
        }
        Ok(())
    }

    /// Reads the start of `page`, which is not empty, and returns how much: at least one byte, or none and the next state
    /// reads at least one.
    fn step(&mut self, page: &[u8], out: &mut Vec<u8>) -> Result<usize, ParseError> {
        match &mut self.state {
            State::Outside(search) => {
                let (used, found) = search.advance(page);
                match found {
                    Some(0) => self.state = State::Url,
                    Some(_) => self.state = State::Envelope,
                    None => {}
                }
                Ok(used)
            }
            State::Url => {
                let (url, end) = until(page, b"#\"<>");
                match end {
                    Some(b'#') => {
                        self.state = State::Version(Vec::new());
                        return Ok(url.len() + 1);
                    }
                    Some(_) => self.state = State::Outside(Search::new(ENVELOPE_OPENERS)),
                    None => {}
                }
                Ok(url.len())
            }
            State::Version(number) => {
                let (digits, end) = until(page, b".\"<>");
                collect(number, digits, VERSION_CHARS);
                if end.is_some() {
                    self.state = match check_version(number) {
                        Ok(()) if end == Some(b'.') => State::LinkEnvelope,
                        Ok(()) | Err(ParseError::NotAnEnvelope) => {
                            State::Outside(Search::new(ENVELOPE_OPENERS))
                        }
                        Err(other) => return Err(other),
                    };
                }
                Ok(digits.len() + usize::from(end == Some(b'.')))
            }
            State::LinkEnvelope => {
                let (text, end) = until(page, b".\"");
                self.decode(text, out)?;
                let next = match end {
                    Some(b'.') => State::LinkHint,
                    Some(_) => State::Done,
                    None => return Ok(text.len()),
                };
                self.end_envelope(next, out)?;
                Ok(text.len() + 1)
            }
            State::LinkHint => Ok(self.hint(page, b'"')),
            State::Envelope => {
                let (text, end) = until(page, b"<");
                self.decode(text, out)?;
                if end.is_some() {
                    self.state = State::EnvelopeClose(0);
                }
                Ok(text.len())
            }
            State::EnvelopeClose(seen) => {
                if page[0] != ENVELOPE_CLOSE.as_bytes()[*seen] {
                    return Err(ParseError::Malformed("page"));
                }
                *seen += 1;
                if *seen == ENVELOPE_CLOSE.len() {
                    self.end_envelope(State::Between(Search::new(HINT_OPENERS)), out)?;
                }
                Ok(1)
            }
            State::Between(search) => {
                let (used, found) = search.advance(page);
                if found.is_some() {
                    self.state = State::Hint;
                }
                Ok(used)
            }
            State::Hint => Ok(self.hint(page, b'<')),
            State::Done => Ok(page.len()),
        }
    }

    fn decode(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), ParseError> {
        let start = out.len();
        let result = self.envelope.push(text, out);
        self.count(result, out.len() - start)
    }

    /// The base64url of the envelope ends; an element without any is not an envelope, and the search goes on.
    fn end_envelope(&mut self, next: State, out: &mut Vec<u8>) -> Result<(), ParseError> {
        let start = out.len();
        let result = self.envelope.finish(out);
        self.count(result, out.len() - start)?;
        self.state = if self.envelope_len == 0 {
            State::Outside(Search::new(ENVELOPE_OPENERS))
        } else {
            next
        };
        Ok(())
    }

    const fn count(&mut self, result: Result<(), Broken>, len: usize) -> Result<(), ParseError> {
        self.envelope_len += len as u64;
        match result {
            Ok(()) if self.envelope_len > ENVELOPE_LEN => Err(ParseError::TooLarge),
            Ok(()) => Ok(()),
            Err(Broken::Cut) => Err(ParseError::Truncated),
            Err(Broken::Symbol) => Err(ParseError::Malformed("base64url")),
        }
    }

    /// Collects the hint up to `end`, and returns how much was read.
    fn hint(&mut self, page: &[u8], end: u8) -> usize {
        let (text, found) = until(page, &[end]);
        collect(&mut self.hint, text, HINT_CHARS);
        if found.is_some() {
            self.state = State::Done;
        }
        text.len() + usize::from(found.is_some())
    }
}

/// `page` up to the first of `ends`, and that byte.
fn until<'a>(page: &'a [u8], ends: &[u8]) -> (&'a [u8], Option<u8>) {
    match page.iter().position(|b| ends.contains(b)) {
        Some(at) => (&page[..at], Some(page[at])),
        None => (page, None),
    }
}

/// Appends `text` without white space to `kept`, which never grows over `most`.
fn collect(kept: &mut Vec<u8>, text: &[u8], most: usize) {
    let room = most - kept.len();
    let dense = text.iter().filter(|b| !b.is_ascii_whitespace());
    kept.extend(dense.take(room));
}

/// Looks for several delimiters at once. Each has `<` at its start and nowhere else, so after a mismatch a match can only
/// start at the current byte: one counter for each delimiter makes the search linear.
struct Search {
    openers: &'static [&'static str],
    /// How many characters of each opener stand right before this place.
    seen: [usize; 3],
}

impl Search {
    const fn new(openers: &'static [&'static str]) -> Self {
        Self {
            openers,
            seen: [0; 3],
        }
    }

    /// Reads `page` up to the end of the first delimiter: how much, and which delimiter it is.
    fn advance(&mut self, page: &[u8]) -> (usize, Option<usize>) {
        let mut at = 0;
        while at < page.len() {
            if self.seen == [0; 3] {
                match page[at..].iter().position(|&b| b == b'<') {
                    Some(skipped) => at += skipped,
                    None => break,
                }
            }
            let byte = page[at];
            at += 1;
            for (index, (opener, seen)) in self.openers.iter().zip(&mut self.seen).enumerate() {
                *seen = if opener.as_bytes()[*seen] == byte {
                    *seen + 1
                } else {
                    usize::from(byte == b'<')
                };
                if *seen == opener.len() {
                    self.seen = [0; 3];
                    return (at, Some(index));
                }
            }
        }
        (page.len(), None)
    }
}

#[cfg(test)]
mod tests;
