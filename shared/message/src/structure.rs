//! Owns the shape of a message: where headers, bodies and nested parts begin and end (RFC 5322, 2045, 2046).
//!
//! The one MIME parser: [`crate::view`] and [`crate::outline`] both read this tree. It is line-based and keeps byte
//! positions exactly, so that a leaf's body can be cut out and everything else still reads the same. A body never holds a
//! line that could end it; so removing it moves no other border. (mail-parser decodes while it splits, and takes a
//! boundary that starts with another one for it: its field parsers are used, its splitting is not.)

use std::ops::Range;

use crate::{
    MessageError, TransferEncoding,
    field::{Fields, MediaType},
    limits,
};

/// A part: a leaf, or a multipart with its children. `message/rfc822` is a leaf.
#[derive(Debug)]
pub(crate) struct Entity<'m> {
    /// Its header fields.
    pub fields: Fields<'m>,
    /// Declared or default type; a multipart in which no boundary occurs is read as text/plain.
    pub media_type: MediaType,
    /// The encoded body of a leaf; for a multipart everything between its header and its last boundary.
    pub body: Range<usize>,
    /// Whether an empty line ends the header: only then its border stays when the body is cut out.
    pub cuttable: bool,
    /// Bytes of a line end, as the header uses it: 1 (LF) or 2 (CRLF).
    pub newline: u64,
    /// Of a multipart.
    pub children: Option<Vec<Self>>,
}

impl<'m> Entity<'m> {
    /// Reads a whole message.
    ///
    /// # Errors
    /// [`MessageError`].
    pub(crate) fn read(message: &'m [u8]) -> Result<Self, MessageError> {
        let mut reader = Reader {
            bytes: message,
            boundaries: Vec::new(),
            parts: 0,
        };
        let (root, _) = reader.entity(0, false)?;
        if root.fields.is_empty() {
            Err(MessageError::NotAMessage)
        } else {
            Ok(root)
        }
    }

    pub(crate) fn encoding(&self) -> TransferEncoding {
        TransferEncoding::named(
            &self
                .fields
                .raw("content-transfer-encoding")
                .unwrap_or_default(),
        )
    }

    /// All leaves, in order.
    pub(crate) fn leaves<'e>(&'e self, out: &mut Vec<&'e Self>) {
        match &self.children {
            None => out.push(self),
            Some(children) => children.iter().for_each(|child| child.leaves(out)),
        }
    }
}

/// Why the reading of a body stopped: a boundary line, or the end.
#[derive(Clone, Copy)]
struct Stop {
    /// Where the boundary line starts (or the end of the message).
    at: usize,
    /// Where the next line starts.
    next: usize,
    /// Which boundary, and whether it closes; `None` at the end.
    boundary: Option<(usize, bool)>,
}

struct Reader<'m> {
    bytes: &'m [u8],
    /// Of the multiparts that are open, outermost first.
    boundaries: Vec<Vec<u8>>,
    parts: usize,
}

impl<'m> Reader<'m> {
    fn entity(
        &mut self,
        start: usize,
        in_digest: bool,
    ) -> Result<(Entity<'m>, Stop), MessageError> {
        self.parts += 1;
        if self.parts > limits::PARTS {
            return Err(MessageError::TooComplex);
        }
        let header = self.header(start);
        if header.fields.len() > limits::HEADER_LEN {
            return Err(MessageError::TooComplex);
        }
        let fields = Fields::read(&self.bytes[header.fields.clone()]);
        let media_type = fields.media_type(in_digest);
        let boundary = media_type.boundary().map(|text| text.as_bytes().to_vec());
        let mut entity = Entity {
            fields,
            media_type,
            body: header.body..header.body,
            cuttable: header.empty_line,
            newline: header.newline,
            children: None,
        };
        let mut stop = if let Some(boundary) = boundary {
            if self.boundaries.len() == limits::NESTING {
                return Err(MessageError::TooComplex);
            }
            self.boundaries.push(boundary);
            let stop = self.multipart(&mut entity, header.body)?;
            self.boundaries.truncate(self.boundaries.len() - 1);
            stop
        } else {
            self.body_end(header.body)
        };
        if entity.children.is_some()
            && stop
                .boundary
                .is_some_and(|(level, _)| level == self.boundaries.len())
        {
            // Our own closing boundary: the epilogue follows.
            stop = self.body_end(stop.next);
        }
        entity.body.end = match (stop.boundary, &self.bytes[..stop.at]) {
            // The line end before a boundary belongs to the boundary.
            (Some(_), [.., b'\r', b'\n']) => stop.at - 2,
            (Some(_), [.., b'\n']) => stop.at - 1,
            _ => stop.at,
        }
        .max(header.body);
        if entity.media_type.kind == "multipart" && entity.children.is_none() {
            entity.media_type = MediaType::plain_text();
        }
        Ok((entity, stop))
    }

    /// Reads the children of a multipart, its boundary being the innermost open one.
    fn multipart(&mut self, entity: &mut Entity<'m>, body: usize) -> Result<Stop, MessageError> {
        let own = self.boundaries.len() - 1;
        let in_digest = entity.media_type.is("multipart", "digest");
        let mut stop = self.body_end(body);
        while let Some((level, closing)) = stop.boundary
            && level == own
        {
            let children = entity.children.get_or_insert_default();
            if closing {
                break;
            }
            let (child, after) = self.entity(stop.next, in_digest)?;
            children.push(child);
            stop = after;
        }
        Ok(stop)
    }

    /// The next line that is a boundary of an open multipart.
    fn body_end(&self, start: usize) -> Stop {
        let mut at = start;
        while at < self.bytes.len() {
            let next = next_line(self.bytes, at);
            if let Some(boundary) = self.boundary(&self.bytes[at..next]) {
                return Stop {
                    at,
                    next,
                    boundary: Some(boundary),
                };
            }
            at = next;
        }
        Stop {
            at: self.bytes.len(),
            next: self.bytes.len(),
            boundary: None,
        }
    }

    /// Which open boundary a line is, innermost first: exactly it, with nothing but `--` and white space behind
    /// (RFC 2046, section 5.1.1). A longer boundary is another boundary.
    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let line = line.strip_prefix(b"--")?.trim_ascii_end();
        self.boundaries
            .iter()
            .enumerate()
            .rev()
            .find_map(
                |(level, boundary)| match line.strip_prefix(boundary.as_slice())? {
                    b"" => Some((level, false)),
                    b"--" => Some((level, true)),
                    _ => None,
                },
            )
    }

    fn header(&self, start: usize) -> Header {
        header(self.bytes, start, |line| self.boundary(line).is_some())
    }
}

/// Where a header block ends.
pub(crate) struct Header {
    /// The fields, without the empty line.
    pub fields: Range<usize>,
    /// Where the body starts.
    pub body: usize,
    /// Whether an empty line ends it.
    pub empty_line: bool,
    /// Bytes of the first line end.
    pub newline: u64,
}

/// Finds the end of a header block: an empty line, a line that is no field (it belongs to the body already), a boundary,
/// or the end. An mbox `From ` line in front is skipped.
pub(crate) fn header(bytes: &[u8], start: usize, is_boundary: impl Fn(&[u8]) -> bool) -> Header {
    let mut first = start;
    if start == 0 && (bytes.starts_with(b"From ") || bytes.starts_with(b">From ")) {
        first = next_line(bytes, 0);
    }
    let mut at = first;
    let mut newline = 2;
    let end = |at: usize, body: usize, empty_line: bool, newline: u64| Header {
        fields: first..at,
        body,
        empty_line,
        newline,
    };
    while at < bytes.len() {
        let next = next_line(bytes, at);
        let line = &bytes[at..next];
        if at == first {
            newline = if line.ends_with(b"\r\n") { 2 } else { 1 };
        }
        let is_empty = line == b"\n" || line == b"\r\n";
        if is_empty || (at == first && line.trim_ascii().is_empty() && line.ends_with(b"\n")) {
            return end(at, next, true, newline);
        }
        let is_continuation = at > first && matches!(line.first(), Some(b' ' | b'\t'));
        if is_boundary(line) || !(is_continuation || is_field(line)) {
            return end(at, at, false, newline);
        }
        at = next;
    }
    end(at, at, false, newline)
}

/// `name: …` with a name of printable ASCII (RFC 5322, section 2.2; white space before the colon as in section 4.5.8).
fn is_field(line: &[u8]) -> bool {
    line.iter()
        .position(|&byte| byte == b':')
        .is_some_and(|colon| {
            let name = line[..colon].trim_ascii_end();
            !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
        })
}

/// Where the line after the one at `at` starts.
pub(crate) fn next_line(bytes: &[u8], at: usize) -> usize {
    bytes[at..]
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(bytes.len(), |end| at + end + 1)
}
