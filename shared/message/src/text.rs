//! Owns plain text: charset decoding, format=flowed, and the paragraphs a reader shows.

use crate::Body;

/// Decodes the bytes of a body: the declared charset, else UTF-8, else windows-1252 (what undeclared 8-bit mail mostly is;
/// ISO-2022-JP where its escapes stand). Never fails: what cannot be decoded becomes U+FFFD.
#[must_use]
pub fn decode_charset(body: &Body, bytes: &[u8]) -> String {
    let _ = (body, bytes);
    unimplemented!()
}

/// Undoes format=flowed (RFC 3676) where the body says so; line ends become `\n`.
#[must_use]
pub fn unflow(body: &Body, text: &str) -> String {
    let _ = (body, text);
    unimplemented!()
}

/// Plain text as HTML that passes the sanitising policy: escaped, `<pre>`-like white space by class, http, https and mailto
/// links made clickable.
#[must_use]
pub fn to_html(text: &str) -> String {
    let _ = text;
    unimplemented!()
}

/// One piece of a reading as HTML (never sanitised): an HTML piece decoded, a plain one decoded, unflowed and escaped.
/// `bytes` are the piece's decoded bytes.
#[must_use]
pub fn piece_to_html(body: &Body, bytes: &[u8]) -> String {
    let text = decode_charset(body, bytes);
    match body.kind {
        crate::BodyKind::Html => text,
        crate::BodyKind::Plain => to_html(&unflow(body, &text)),
    }
}
