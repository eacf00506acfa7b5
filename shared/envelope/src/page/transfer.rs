//! Owns undoing what mail servers do to an attachment: quoted-printable (RFC 2045, section 6.7) and base64 (section 6.8).
//!
//! Quoted-printable is undone everywhere and leniently: `=` before anything but a line end or two hexadecimal digits stays,
//! and the delimiters of an attachment page have `=` before `"` only, so a page that was never encoded passes unchanged.
//! Base64 is undone from the empty line after a `Content-Transfer-Encoding: base64` field to the next boundary. A folded
//! field is not recognised; the web app's MIME parser is there for such mail.

use data_encoding::BASE64_NOPAD;

use super::base64_stream::Base64Stream;

/// How much of a line is kept to recognise [`FIELD`] and its value.
const LINE_START_LEN: usize = 64;
/// Name of the field, in lower case.
const FIELD: &[u8] = b"content-transfer-encoding:";

/// Turns the bytes of a page or a mail, in pieces, into the bytes of the page.
pub(super) struct Transfer {
    mode: Mode,
    /// Start of the current line, at most [`LINE_START_LEN`] bytes.
    line: Vec<u8>,
    /// The current block of fields says base64.
    base64_announced: bool,
    quoted: Quoted,
    base64: Base64Stream,
}

enum Mode {
    Text,
    Base64,
}

impl Transfer {
    pub(super) const fn new() -> Self {
        Self {
            mode: Mode::Text,
            line: Vec::new(),
            base64_announced: false,
            quoted: Quoted::Plain,
            base64: Base64Stream::new(BASE64_NOPAD),
        }
    }

    /// Appends the decoded form of `piece` to `out`.
    pub(super) fn push(&mut self, mut piece: &[u8], out: &mut Vec<u8>) {
        while !piece.is_empty() {
            let line_end = piece.iter().position(|&b| b == b'\n');
            let (line, rest) = piece.split_at(line_end.map_or(piece.len(), |at| at + 1));
            match self.mode {
                Mode::Text => {
                    self.text(line, line_end.is_some(), out);
                    piece = rest;
                }
                Mode::Base64 => {
                    let used = self.base64(line, out);
                    piece = &piece[used..];
                }
            }
        }
    }

    /// Appends what is left at the end of the file to `out`.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        // A cut end shows in the envelope itself.
        let _ = self.base64.finish(out);
        self.quoted.finish(out);
    }

    fn text(&mut self, line: &[u8], ends: bool, out: &mut Vec<u8>) {
        self.quoted.push(line, out);
        let room = LINE_START_LEN - self.line.len();
        self.line.extend_from_slice(&line[..line.len().min(room)]);
        if !ends {
            return;
        }
        let line = self.line.trim_ascii();
        if line.is_empty() {
            if std::mem::take(&mut self.base64_announced) {
                self.mode = Mode::Base64;
            }
        } else if let Some((name, value)) = line.split_at_checked(FIELD.len())
            && name.eq_ignore_ascii_case(FIELD)
        {
            self.base64_announced = value.trim_ascii().eq_ignore_ascii_case(b"base64");
        }
        self.line.clear();
    }

    /// Decodes the start of `line` and returns how much of it; a foreign character ends it, such as the `-` of a boundary.
    fn base64(&mut self, line: &[u8], out: &mut Vec<u8>) -> usize {
        let foreign = line.iter().position(|b| {
            !b.is_ascii_alphanumeric() && !b.is_ascii_whitespace() && !b"+/".contains(b)
        });
        let (text, rest) = line.split_at(foreign.unwrap_or(line.len()));
        // Only characters of the alphabet and white space are pushed.
        let _ = self.base64.push(text, out);
        let Some(foreign) = rest.first() else {
            return line.len();
        };
        // Some encoders join padded pieces: after padding it starts again.
        let _ = self.base64.finish(out);
        if *foreign == b'=' {
            return text.len() + 1;
        }
        self.mode = Mode::Text;
        text.len()
    }
}

/// Lenient quoted-printable: what has been read of an escape.
#[derive(Clone, Copy)]
enum Quoted {
    Plain,
    /// `=`
    Escape,
    /// `=` and a carriage return
    SoftBreak,
    /// `=` and a hexadecimal digit
    Digit(u8),
}

impl Quoted {
    fn push(&mut self, mut text: &[u8], out: &mut Vec<u8>) {
        while let Some((&byte, rest)) = text.split_first() {
            if let Self::Plain = self {
                let plain = text.iter().position(|&b| b == b'=');
                out.extend_from_slice(&text[..plain.unwrap_or(text.len())]);
                let Some(at) = plain else { return };
                *self = Self::Escape;
                text = &text[at + 1..];
                continue;
            }
            let next = match (*self, byte) {
                (Self::Escape | Self::SoftBreak, b'\n') => Some(Self::Plain),
                (Self::Escape, b'\r') => Some(Self::SoftBreak),
                (Self::Escape, digit) if digit.is_ascii_hexdigit() => Some(Self::Digit(digit)),
                (Self::Digit(high), low) if low.is_ascii_hexdigit() => {
                    out.push(value(high) << 4 | value(low));
                    Some(Self::Plain)
                }
                _ => None,
            };
            if let Some(next) = next {
                *self = next;
                text = rest;
            } else {
                // Not an escape after all: it stays, and `byte` is read again.
                self.finish(out);
            }
        }
    }

    /// Writes out what was read of an escape.
    fn finish(&mut self, out: &mut Vec<u8>) {
        match std::mem::replace(self, Self::Plain) {
            Self::Plain => {}
            Self::Escape => out.push(b'='),
            Self::SoftBreak => out.extend_from_slice(b"=\r"),
            Self::Digit(digit) => out.extend_from_slice(&[b'=', digit]),
        }
    }
}

/// Value of a hexadecimal digit.
const fn value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'A'..=b'F' => digit - b'A' + 10,
        _ => digit - b'a' + 10,
    }
}
