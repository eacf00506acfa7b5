//! Owns what a person may paste.

use data_encoding::BASE64URL_NOPAD;

use super::{Arrival, PageScanner, decode_envelope, read_fragment};
use crate::{ParseError, limits::PASTE_CHARS, preamble::MAGIC};

/// Base64url characters that hold the magic: three groups of four.
const START_CHARS: usize = 12;

/// Reads what a person pasted: a link, its fragment, bare base64url, or the source of an attachment page (either form).
///
/// # Errors
/// As [`from_fragment`](super::from_fragment), but the limit is [`PASTE_CHARS`]; [`ParseError::Malformed`] for a page
/// whose envelope is not base64url.
pub fn from_paste(text: &str) -> Result<Arrival, ParseError> {
    if text.chars().nth(PASTE_CHARS).is_some() {
        return Err(ParseError::TooLarge);
    }
    match from_page(text) {
        Err(ParseError::NotAnEnvelope) => {}
        found => return found,
    }
    // Mail clients and people put links in brackets or quotes.
    let text = text.trim_matches(|c: char| c.is_whitespace() || "<>\"'".contains(c));
    if let Some((_, fragment)) = text.split_once('#') {
        return read_fragment(fragment);
    }
    match read_fragment(text) {
        Err(ParseError::NotAnEnvelope) => from_base64url(text),
        found => found,
    }
}

fn from_page(text: &str) -> Result<Arrival, ParseError> {
    let mut scanner = PageScanner::new();
    let mut envelope = Vec::new();
    scanner.push(text.as_bytes(), &mut envelope)?;
    let hint = scanner.finish(&mut envelope)?;
    Ok(Arrival { envelope, hint })
}

fn from_base64url(text: &str) -> Result<Arrival, ParseError> {
    let text: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    // What starts otherwise is something else; what starts like an envelope may have been cut.
    let start = text
        .first_chunk::<START_CHARS>()
        .and_then(|start| BASE64URL_NOPAD.decode(start).ok())
        .ok_or(ParseError::NotAnEnvelope)?;
    if !start.starts_with(MAGIC) {
        return Err(ParseError::NotAnEnvelope);
    }
    Ok(Arrival {
        envelope: decode_envelope(&text)?,
        hint: None,
    })
}
