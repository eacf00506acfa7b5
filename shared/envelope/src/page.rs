//! Owns the text forms of an envelope: the link's fragment, and the element of the attachment page that holds it.
//!
//! Every way in (fragment, page, mail, paste, raw file) ends in the same bytes.

use crate::ParseError;

/// Starts a fragment that carries an envelope: version, then the base64url envelope, then optionally the base64url hint.
pub const FRAGMENT_PREFIX: &str = "1.";
/// Stands right before the base64url lines in the large form of the attachment page.
pub const ENVELOPE_OPEN: &str = "<pre id=\"sealpost-envelope\" hidden>";
/// Ends them. The hint follows in [`HINT_OPEN`].
pub const ENVELOPE_CLOSE: &str = "</pre>";
/// Stands right before the base64url hint (UTF-8 address) in the large form, closed by [`ENVELOPE_CLOSE`].
pub const HINT_OPEN: &str = "<pre id=\"sealpost-hint\" hidden>";
/// Stands right before the link's fragment in the small form; the fragment ends at the next `"`. The URL may be broken
/// over lines: browsers drop line ends from `href` (WHATWG URL, section 4.4).
pub const LINK_OPEN: &str = "<a id=\"sealpost-link\" rel=\"noreferrer noopener\" href=\"";
/// Characters in a line of base64url.
pub const LINE_CHARS: usize = 76;

/// An envelope that arrived as text, with the address the copy was sent to.
pub struct Arrival {
    /// The raw envelope; not parsed yet.
    pub envelope: Vec<u8>,
    /// Unauthenticated: fills in the form.
    pub hint: Option<String>,
}

/// `1.<b64url envelope>[.<b64url hint>]`, without `#`.
#[must_use]
pub fn to_fragment(envelope: &[u8], hint: Option<&str>) -> String {
    let _ = (envelope, hint);
    unimplemented!()
}

/// Reads a fragment, with or without `#`. White space inside is dropped; a broken hint is dropped too.
///
/// # Errors
/// [`ParseError::NotAnEnvelope`] for another shape, [`ParseError::NewerFormat`] for another leading number,
/// [`ParseError::Truncated`] where the base64url ends inside a byte, [`ParseError::TooLarge`] over
/// [`FRAGMENT_CHARS`](crate::limits::FRAGMENT_CHARS).
pub fn from_fragment(fragment: &str) -> Result<Arrival, ParseError> {
    let _ = fragment;
    unimplemented!()
}

/// Reads what a person pasted: a link, bare base64url, or the source of an attachment page (either form).
///
/// # Errors
/// As [`from_fragment`]; [`ParseError::TooLarge`] over [`PASTE_CHARS`](crate::limits::PASTE_CHARS).
pub fn from_paste(text: &str) -> Result<Arrival, ParseError> {
    let _ = text;
    unimplemented!()
}

/// Finds the envelope in the bytes of a file that arrive in pieces: an attachment page (either form), or a mail that
/// carries one as 7bit or 8bit. Linear time, bounded memory; fixed delimiters, no regular expression.
///
/// Feed every piece to [`PageScanner::push`], which hands out decoded envelope bytes as they come; then call
/// [`PageScanner::finish`].
pub struct PageScanner {
    _private: (),
}

impl PageScanner {
    /// At the start of a file.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "a scanner always starts somewhere"
    )]
    pub fn new() -> Self {
        unimplemented!()
    }

    /// Takes the next piece of the file and appends the envelope bytes found in it to `out`.
    ///
    /// # Errors
    /// [`ParseError::Malformed`] for characters that are not base64url, [`ParseError::TooLarge`] over
    /// [`ENVELOPE_LEN`](crate::limits::ENVELOPE_LEN).
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), ParseError> {
        let _ = (piece, out);
        unimplemented!()
    }

    /// At the end of the file: appends what is left and returns the hint.
    ///
    /// # Errors
    /// [`ParseError::NotAnEnvelope`] where no envelope was found, [`ParseError::Truncated`] where it did not end.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<Option<String>, ParseError> {
        let _ = out;
        unimplemented!()
    }
}
