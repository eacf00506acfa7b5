//! Owns the text forms of an envelope: the link's fragment, and the element of the attachment page that holds it.
//!
//! Every way in (fragment, page, mail, paste, raw file) ends in the same bytes.

mod base64_stream;
mod paste;
mod scanner;
mod transfer;

use data_encoding::{BASE64URL_NOPAD, DecodeKind};

pub use self::{paste::from_paste, scanner::PageScanner};
use crate::{ParseError, limits::FRAGMENT_CHARS};

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
/// Longest hint, in bytes: the longest address (RFC 5321, section 4.5.3.1.3). A longer one is dropped.
pub const HINT_LEN: usize = 254;

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
    let hint_len = hint.map_or(0, |hint| 1 + BASE64URL_NOPAD.encode_len(hint.len()));
    let envelope_len = BASE64URL_NOPAD.encode_len(envelope.len());
    let mut fragment = String::with_capacity(FRAGMENT_PREFIX.len() + envelope_len + hint_len);
    fragment.push_str(FRAGMENT_PREFIX);
    BASE64URL_NOPAD.encode_append(envelope, &mut fragment);
    if let Some(hint) = hint {
        fragment.push('.');
        BASE64URL_NOPAD.encode_append(hint.as_bytes(), &mut fragment);
    }
    fragment
}

/// Reads a fragment, with or without `#`. White space inside is dropped; a broken hint is dropped too.
///
/// # Errors
/// [`ParseError::NotAnEnvelope`] for another shape, [`ParseError::NewerFormat`] for another leading number,
/// [`ParseError::Truncated`] where the base64url ends inside a byte, [`ParseError::TooLarge`] over
/// [`FRAGMENT_CHARS`] (without the `#`).
pub fn from_fragment(fragment: &str) -> Result<Arrival, ParseError> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    if fragment.len() > FRAGMENT_CHARS {
        return Err(ParseError::TooLarge);
    }
    read_fragment(fragment)
}

/// [`from_fragment`] without `#` and limit.
fn read_fragment(fragment: &str) -> Result<Arrival, ParseError> {
    let text: Vec<u8> = fragment
        .bytes()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let mut fields = text.splitn(3, |&b| b == b'.');
    check_version(fields.next().unwrap_or_default())?;
    let envelope = fields.next().ok_or(ParseError::NotAnEnvelope)?;
    let hint = fields.next().and_then(decode_hint);
    if envelope.is_empty() {
        return Err(ParseError::NotAnEnvelope);
    }
    Ok(Arrival {
        envelope: decode_envelope(envelope)?,
        hint,
    })
}

fn decode_envelope(text: &[u8]) -> Result<Vec<u8>, ParseError> {
    BASE64URL_NOPAD.decode(text).map_err(|err| match err.kind {
        DecodeKind::Length | DecodeKind::Trailing => ParseError::Truncated,
        _ => ParseError::NotAnEnvelope,
    })
}

/// Whether the number before the first dot of a fragment is the version this crate reads.
fn check_version(number: &[u8]) -> Result<(), ParseError> {
    if number == FRAGMENT_PREFIX.trim_end_matches('.').as_bytes() {
        Ok(())
    } else if !number.is_empty() && number.len() <= 3 && number.iter().all(u8::is_ascii_digit) {
        Err(ParseError::NewerFormat)
    } else {
        Err(ParseError::NotAnEnvelope)
    }
}

/// The address in a hint; `None` for anything that cannot be one.
fn decode_hint(text: &[u8]) -> Option<String> {
    let bytes = BASE64URL_NOPAD.decode(text).ok()?;
    let hint = String::from_utf8(bytes).ok()?;
    ((1..=HINT_LEN).contains(&hint.len()) && !hint.chars().any(char::is_control)).then_some(hint)
}

#[cfg(test)]
mod tests;
