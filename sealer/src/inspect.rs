//! Owns what stands in clear in an envelope, as JSON. The envelope secret is never printed.

use std::{fmt::Write, path::PathBuf};

use data_encoding::BASE64URL_NOPAD;
use sealpost_api::{Digest, MessageId};
use sealpost_crypto::digest::digest;
use sealpost_envelope::{
    Layout, ParseError, Preamble, Trailer,
    layout::{COUNT_LEN, Segment},
    preamble::VERSION,
};
use serde::Serialize;

use crate::{Failure, arrival, mailboxes::is_hidden, notes::to_stdout};

/// `sealpost inspect`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Attachment page, carrier mail or raw envelope; `-` for standard input
    #[arg(value_name = "FILE")]
    pub input: PathBuf,
}

/// Prints the report.
///
/// # Errors
/// Where the file holds no envelope of this version.
///
/// # Panics
/// Never: texts and numbers serialise.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let found = arrival::read(&arguments.input)?;
    let report = report(&found.envelope, found.hint)
        .map_err(|error| arrival::damaged(&arguments.input, &error))?;
    let json = serde_json::to_string_pretty(&report).expect("texts and numbers serialise");
    to_stdout(format!("{}\n", escape_hidden(&json)).as_bytes())
}

/// The same JSON, without a character that a terminal obeys or that turns the writing direction: text of others is in it.
fn escape_hidden(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character != '\n' && (character.is_control() || is_hidden(character)) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail. Outside strings JSON is ASCII, so this stands in a string.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// What the envelope says without a key. Nothing of it is authenticated.
#[derive(Serialize)]
struct Report {
    version: u8,
    header: HeaderReport,
    /// What the sealer registered, if it is this envelope.
    digest: Digest,
    /// In bytes.
    sizes: Sizes,
    segments: Vec<SegmentReport>,
    /// Address that this copy was made for.
    hint: Option<String>,
}

#[derive(Serialize)]
struct HeaderReport {
    id: MessageId,
    portal: String,
    secret: &'static str,
    from: String,
    commit: String,
    passphrase: Option<()>,
    created: String,
}

#[derive(Serialize)]
struct Sizes {
    envelope: u64,
    preamble: usize,
    stream: u64,
    /// Index, message and padding.
    plaintext: u64,
    trailer: u64,
}

#[derive(Serialize)]
struct SegmentReport {
    index: u32,
    /// First byte in the envelope.
    offset: u64,
    ciphertext: u64,
    plaintext: u64,
    sha256: String,
}

fn report(envelope: &[u8], hint: Option<String>) -> Result<Report, ParseError> {
    let preamble = Preamble::parse(envelope)?;
    let count = envelope
        .len()
        .checked_sub(usize::try_from(COUNT_LEN).unwrap_or(usize::MAX))
        .and_then(|start| envelope.get(start..)?.try_into().ok())
        .ok_or(ParseError::Truncated)?;
    let layout = Layout::of(envelope.len() as u64, preamble.bytes().len(), count)?;
    let slice = |range: std::ops::Range<u64>| {
        let start = usize::try_from(range.start).ok()?;
        envelope.get(start..usize::try_from(range.end).ok()?)
    };
    let trailer_bytes = slice(layout.trailer()).ok_or(ParseError::Truncated)?;
    let stream_header = slice(layout.stream_header())
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(ParseError::Truncated)?;
    let trailer = Trailer::parse(trailer_bytes, &layout)?;
    let segments = (0..layout.segments())
        .filter_map(|index| Some((layout.segment(index)?, trailer.hash(index)?)))
        .map(|(segment, hash)| segment_report(&segment, hash))
        .collect();
    let header = preamble.header();
    Ok(Report {
        version: VERSION,
        header: HeaderReport {
            id: header.id,
            portal: header.portal.clone(),
            secret: "redacted",
            from: header.from.clone(),
            commit: BASE64URL_NOPAD.encode(&header.commit),
            passphrase: None,
            created: header.created.clone(),
        },
        digest: digest(preamble.bytes(), stream_header, trailer_bytes),
        sizes: Sizes {
            envelope: layout.envelope_len(),
            preamble: preamble.bytes().len(),
            stream: layout.stream_len(),
            plaintext: layout.plaintext_len(),
            trailer: trailer_bytes.len() as u64,
        },
        segments,
        hint,
    })
}

fn segment_report(segment: &Segment, hash: &[u8; 32]) -> SegmentReport {
    SegmentReport {
        index: segment.index,
        offset: segment.ciphertext.start,
        ciphertext: segment.ciphertext.end - segment.ciphertext.start,
        plaintext: segment.plaintext.end - segment.plaintext.start,
        sha256: BASE64URL_NOPAD.encode(hash),
    }
}

#[cfg(test)]
mod tests {
    use super::escape_hidden;

    #[test]
    fn nothing_that_a_terminal_obeys_is_printed_and_the_json_says_the_same() {
        let text = "\u{9b}31m\u{85}\u{202e}gpj\u{2066}\u{feff}\u{e0041} bl\u{e5}\n";
        let json = serde_json::to_string_pretty(&[text]).unwrap();
        let escaped = escape_hidden(&json);
        assert!(escaped.contains("\\u009b31m\\u0085\\u202egpj"), "{escaped}");
        assert!(
            escaped
                .chars()
                .all(|c| c == '\n' || c == '\u{e5}' || (' '..='~').contains(&c)),
            "{escaped}"
        );
        let read: Vec<String> = serde_json::from_str(&escaped).unwrap();
        assert_eq!(read, [text]);
    }
}
