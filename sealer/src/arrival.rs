//! Owns finding the envelope in a file: the raw envelope, the attachment page, or a mail that carries the page.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use sealpost_envelope::{
    Index, ParseError, limits::MESSAGE_LEN, page::PageScanner, preamble::MAGIC,
};
use sealpost_message::{MessageView, Stored};

use crate::Failure;

/// Largest file, in bytes: the largest envelope in base64, that page in base64 once more, and line ends.
const FILE_LEN: u64 = 350_000_000;

/// What a file held.
pub struct Found {
    /// The raw envelope; not parsed yet.
    pub envelope: Vec<u8>,
    /// The address that the copy was made for.
    pub hint: Option<String>,
}

/// Reads `file` (`-` for standard input) and finds the envelope.
///
/// # Errors
/// Where it cannot be read, or holds no envelope.
pub fn read(file: &Path) -> Result<Found, Failure> {
    let mut bytes = Vec::new();
    let read =
        |source: &mut dyn Read, bytes: &mut Vec<u8>| source.take(FILE_LEN + 1).read_to_end(bytes);
    let length = if file == Path::new("-") {
        read(&mut io::stdin().lock(), &mut bytes)
    } else {
        File::open(file).and_then(|mut open| read(&mut open, &mut bytes))
    };
    let length = length.map_err(|error| {
        Failure::new(
            format!("{} cannot be read: {error}.", file.display()),
            "Check the path and its permissions.",
        )
    })?;
    if length as u64 > FILE_LEN {
        return Err(damaged(file, &ParseError::TooLarge));
    }
    find(bytes).map_err(|error| damaged(file, &error))
}

/// What to say of a file whose envelope cannot be read.
#[must_use]
pub fn damaged(file: &Path, error: &ParseError) -> Failure {
    let advice = match error {
        ParseError::NotAnEnvelope => {
            "Give the attachment message.html, the carrier mail (.eml), or the envelope itself (.sealed)."
        }
        ParseError::NewerFormat => "Use a newer version of sealpost.",
        _ => "Get the file again: it was damaged or cut off on its way.",
    };
    Failure::new(format!("{}: {error}.", file.display()), advice)
}

/// Finds the envelope in the bytes of a file.
///
/// # Errors
/// [`ParseError`] of the page scanner.
pub fn find(bytes: Vec<u8>) -> Result<Found, ParseError> {
    if bytes.starts_with(MAGIC) {
        return Ok(Found {
            envelope: bytes,
            hint: None,
        });
    }
    match scan(&bytes) {
        // A mail program may have encoded the attachment anew.
        Err(ParseError::NotAnEnvelope) => in_attachment(&bytes).ok_or(ParseError::NotAnEnvelope),
        found => found,
    }
}

fn scan(bytes: &[u8]) -> Result<Found, ParseError> {
    let mut scanner = PageScanner::new();
    let mut envelope = Vec::new();
    scanner.push(bytes, &mut envelope)?;
    let hint = scanner.finish(&mut envelope)?;
    Ok(Found { envelope, hint })
}

/// The first attachment of a mail that is an envelope or an attachment page.
fn in_attachment(bytes: &[u8]) -> Option<Found> {
    let length = u64::try_from(bytes.len()).ok()?.min(MESSAGE_LEN);
    let nothing_cut = Index::new(length, Vec::new()).ok()?;
    let view = MessageView::parse(bytes, &nothing_cut).ok()?;
    view.attachments
        .into_iter()
        .find_map(|attachment| match attachment.stored {
            Stored::Here(decoded) if decoded.starts_with(MAGIC) => Some(Found {
                envelope: decoded,
                hint: None,
            }),
            Stored::Here(decoded) => scan(&decoded).ok(),
            Stored::Cut { .. } => None,
        })
}
