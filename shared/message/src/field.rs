//! Owns header fields: split, unfolded, decoded, and read by mail-parser's field parsers.

use std::borrow::Cow;

use mail_parser::{HeaderValue, parsers::MessageStream};

use crate::{
    Address, charset, encoded_word, name::display_text, parameter::Parameters, structure::next_line,
};

/// A media type (RFC 2045, section 5), lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaType {
    /// `text` of `text/plain`.
    pub kind: String,
    /// `plain` of `text/plain`.
    pub subtype: String,
    /// Whether a header says it.
    pub declared: bool,
    parameters: Parameters,
}

impl MediaType {
    pub(crate) fn plain_text() -> Self {
        Self::bare("text", "plain")
    }

    fn bare(kind: &str, subtype: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            subtype: subtype.to_owned(),
            declared: false,
            parameters: Parameters::default(),
        }
    }

    pub(crate) fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind == kind && self.subtype == subtype
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)
    }

    /// The boundary, where this is a multipart that can be split.
    pub(crate) fn boundary(&self) -> Option<&str> {
        // White space at the end of a line is not significant, so it cannot be part of a boundary.
        self.parameter("boundary")
            .filter(|_| self.kind == "multipart")
            .map(str::trim_ascii_end)
            .filter(|boundary| !boundary.is_empty())
    }
}

impl std::fmt::Display for MediaType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.kind, self.subtype)
    }
}

/// The fields of one header block, in order.
#[derive(Debug)]
pub(crate) struct Fields<'m> {
    fields: Vec<(&'m [u8], &'m [u8])>,
    /// For raw 8-bit values: the charset that the block's own Content-Type declares.
    charset: Option<String>,
}

impl<'m> Fields<'m> {
    /// Splits a header block (without the empty line).
    pub(crate) fn read(block: &'m [u8]) -> Self {
        let mut fields = Vec::new();
        let mut at = 0;
        while at < block.len() {
            let start = at;
            at = next_line(block, at);
            while matches!(block.get(at), Some(b' ' | b'\t')) {
                at = next_line(block, at);
            }
            let field = &block[start..at];
            if let Some(colon) = field.iter().position(|&byte| byte == b':') {
                fields.push((field[..colon].trim_ascii(), &field[colon + 1..]));
            }
        }
        let mut read = Self {
            fields,
            charset: None,
        };
        read.charset = read
            .content_type()
            .and_then(|kind| kind.get("charset").map(str::to_owned));
        read
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Every value of a field, unfolded, as text.
    fn values<'f>(&'f self, name: &'f str) -> impl Iterator<Item = String> + 'f {
        self.fields
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| unfold(&self.text(value)))
    }

    /// The value of a field as it stands, unfolded; the first where it is repeated.
    pub(crate) fn raw(&self, name: &str) -> Option<String> {
        self.values(name).next()
    }

    /// The value of an unstructured field, decoded, safe to show; `None` where it is missing or empty.
    pub(crate) fn unstructured(&self, name: &str) -> Option<String> {
        let text = display_text(&encoded_word::decode(&self.raw(name)?));
        (!text.is_empty()).then_some(text)
    }

    /// Mailboxes of every field of this name; groups are flattened.
    pub(crate) fn addresses(&self, name: &str) -> Vec<Address> {
        self.values(name)
            .flat_map(|value| addresses(&value))
            .collect()
    }

    /// Message ids with angle brackets.
    pub(crate) fn ids(&self, name: &str) -> Vec<String> {
        let Some(mut line) = self.raw(name) else {
            return Vec::new();
        };
        line.push('\n');
        let ids = match MessageStream::new(line.as_bytes()).parse_id() {
            HeaderValue::Text(id) => vec![id],
            HeaderValue::TextList(ids) => ids,
            _ => Vec::new(),
        };
        ids.iter()
            .map(|id| {
                id.chars()
                    .filter(|c| !c.is_whitespace() && !c.is_control())
                    .collect::<String>()
            })
            .filter(|id| !id.is_empty())
            .map(|id| format!("<{id}>"))
            .collect()
    }

    /// Date as RFC 3339 with its offset; `None` where missing or nonsense.
    pub(crate) fn date(&self) -> Option<String> {
        let mut line = self.raw("date")?;
        line.push('\n');
        let HeaderValue::DateTime(date) = MessageStream::new(line.as_bytes()).parse_date() else {
            return None;
        };
        let leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
        let days = match date.month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (date.is_valid() && date.day <= days).then(|| date.to_rfc3339())
    }

    /// A Content-ID, or another id that stands alone, without angle brackets.
    pub(crate) fn content_id(&self) -> Option<String> {
        let id = self.raw("content-id")?;
        let id = id
            .trim()
            .trim_start_matches('<')
            .trim_end_matches('>')
            .trim();
        (!id.is_empty() && !id.contains(char::is_control)).then(|| id.to_owned())
    }

    pub(crate) fn content_type(&self) -> Option<Parameters> {
        self.raw("content-type")
            .map(|value| Parameters::read(&value))
    }

    pub(crate) fn disposition(&self) -> Option<Parameters> {
        self.raw("content-disposition")
            .map(|value| Parameters::read(&value))
    }

    /// The declared media type, or the default: text/plain, in a digest message/rfc822 (RFC 2046, section 5.1.5).
    pub(crate) fn media_type(&self, in_digest: bool) -> MediaType {
        let Some(parameters) = self.content_type().filter(|kind| !kind.value.is_empty()) else {
            return if in_digest {
                MediaType::bare("message", "rfc822")
            } else {
                MediaType::plain_text()
            };
        };
        let (kind, subtype) = match parameters.value.split_once('/') {
            Some((kind, subtype)) if !kind.is_empty() && !subtype.is_empty() => (kind, subtype),
            _ if parameters.value.starts_with("text") => ("text", "plain"),
            _ => ("application", "octet-stream"),
        };
        // What is shown as a type is a type: no markup, no bidi, no novel.
        let token = |text: &str| -> String {
            text.chars()
                .filter(|c| c.is_ascii_alphanumeric() || "!#$&^_.+-".contains(*c))
                .take(127)
                .collect()
        };
        MediaType {
            kind: token(kind),
            subtype: token(subtype),
            declared: true,
            parameters,
        }
    }

    /// Header bytes are ASCII, UTF-8 (RFC 6532), or raw in some charset, which nobody may send and many do.
    fn text<'v>(&self, value: &'v [u8]) -> Cow<'v, str> {
        match std::str::from_utf8(value) {
            Ok(text) if !text.contains('\x1b') => Cow::Borrowed(text),
            Ok(_) => Cow::Owned(charset::guess(value)),
            Err(_) => Cow::Owned(charset::decode(self.charset.as_deref(), value)),
        }
    }
}

/// Line ends go; the white space behind them stays, as one space (RFC 5322, section 2.2.3).
fn unfold(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for line in value.split('\n') {
        out.push_str(line.strip_suffix('\r').unwrap_or(line));
    }
    let out = out.replace(['\r', '\t', '\0'], " ");
    out.trim().to_owned()
}

fn addresses(value: &str) -> Vec<Address> {
    let mut line = encoded_word::normalise(value);
    line.push('\n');
    let HeaderValue::Address(parsed) = MessageStream::new(line.as_bytes()).parse_address() else {
        return Vec::new();
    };
    parsed
        .into_list()
        .into_iter()
        .map(|mailbox| Address {
            name: display_text(mailbox.name.as_deref().unwrap_or("")),
            address: display_text(mailbox.address.as_deref().unwrap_or("")),
        })
        .filter(|mailbox| !(mailbox.name.is_empty() && mailbox.address.is_empty()))
        .collect()
}
