//! Owns the sealer's side: what a message looks like before it is sealed.

use std::collections::HashSet;

use sealpost_envelope::{Part, limits::INDEXED_PART_LEN};

use crate::{
    Address, MessageError,
    structure::{Entity, header, next_line},
};

/// What the sealer needs of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// From; the first is the sender.
    pub from: Vec<Address>,
    /// To, Cc and Bcc, in order, without duplicates (ASCII case does not count); groups are flattened.
    pub recipients: Vec<Address>,
    /// Subject, decoded.
    pub subject: Option<String>,
    /// Message-ID with angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To with angle brackets.
    pub in_reply_to: Option<String>,
    /// References, each with angle brackets.
    pub references: Vec<String>,
    /// Auto-Submitted (RFC 3834), as it stands.
    pub auto_submitted: Option<String>,
}

/// Reads the headers of a message.
///
/// # Errors
/// [`MessageError`].
pub fn outline(message: &[u8]) -> Result<Outline, MessageError> {
    let fields = Entity::read(message)?.fields;
    let mut recipients: Vec<Address> = Vec::new();
    let mut known = HashSet::new();
    for address in ["to", "cc", "bcc"]
        .iter()
        .flat_map(|name| fields.addresses(name))
    {
        if !address.address.is_empty() && known.insert(address.address.to_ascii_lowercase()) {
            recipients.push(address);
        }
    }
    Ok(Outline {
        from: fields.addresses("from"),
        recipients,
        subject: fields.unstructured("subject"),
        message_id: fields.ids("message-id").into_iter().next(),
        in_reply_to: fields.ids("in-reply-to").into_iter().next(),
        references: fields.ids("references"),
        auto_submitted: fields
            .raw("auto-submitted")
            .filter(|value| !value.is_empty()),
    })
}

/// The number, from 1, of the line that ends the header without being empty: neither a field nor the continuation of one.
/// What follows is read as text, recipients too. `None` where an empty line ends the header, or the message does.
#[must_use]
pub fn broken_header_line(message: &[u8]) -> Option<usize> {
    let header = header(message, 0, |_| false);
    let is_broken = !header.empty_line && header.body < message.len();
    is_broken.then(|| {
        let before = &message[..header.body];
        before.split(|&byte| byte == b'\n').count()
    })
}

/// The message without `Bcc` and `Resent-Bcc` headers (folded lines included); every other byte stays. Headers of nested
/// messages are left alone.
///
/// Goes on to the first empty line even where a line before it is no header field and so ends the header for
/// [`MessageView`](crate::MessageView): a blind copy that leaks is worse than a line that is missing from such a body.
#[must_use]
pub fn strip_bcc(message: &[u8]) -> Vec<u8> {
    let header = header(message, 0, |_| false);
    let mut out = Vec::with_capacity(message.len());
    out.extend_from_slice(&message[..header.fields.start]);
    let mut dropping = false;
    let mut at = header.fields.start;
    while at < message.len() {
        let next = next_line(message, at);
        let line = &message[at..next];
        if line.trim_ascii_end().is_empty() && !matches!(line.first(), Some(b' ' | b'\t')) {
            break;
        }
        if !matches!(line.first(), Some(b' ' | b'\t')) {
            let name = line
                .split(|&byte| byte == b':')
                .next()
                .unwrap_or(line)
                .trim_ascii();
            dropping =
                name.eq_ignore_ascii_case(b"bcc") || name.eq_ignore_ascii_case(b"resent-bcc");
        }
        if !dropping {
            out.extend_from_slice(line);
        }
        at = next;
    }
    out.extend_from_slice(&message[at..]);
    out
}

/// The encoded bodies of leaf parts over [`INDEXED_PART_LEN`], in order.
/// Cutting them out leaves a skeleton that [`MessageView::parse`](crate::MessageView::parse) reads the same way.
///
/// # Errors
/// [`MessageError`].
pub fn large_parts(message: &[u8]) -> Result<Vec<Part>, MessageError> {
    parts_over(message, INDEXED_PART_LEN)
}

fn is_blank(leaf: &Entity<'_>, message: &[u8]) -> bool {
    leaf.encoding()
        .decode(&message[leaf.body.clone()])
        .trim_ascii()
        .is_empty()
}

/// The bodies of leaf parts longer than `threshold` bytes.
pub(crate) fn parts_over(message: &[u8], threshold: u64) -> Result<Vec<Part>, MessageError> {
    let root = Entity::read(message)?;
    let mut leaves = Vec::new();
    root.leaves(&mut leaves);
    Ok(leaves
        .into_iter()
        // A blank body decides between alternatives: the reader must see that it is one.
        .filter(|leaf| {
            leaf.cuttable && !(leaf.media_type.kind == "text" && is_blank(leaf, message))
        })
        .map(|leaf| Part {
            offset: leaf.body.start as u64,
            length: leaf.body.len() as u64,
        })
        .filter(|part| part.length > threshold)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::broken_header_line;

    #[test]
    fn a_line_that_is_no_field_is_found_before_the_text() {
        for (message, line) in [
            ("From: a@b\n\nno field here\n", None),
            ("From: a@b\r\nSubject: folded\r\n over lines\r\n\r\nx", None),
            ("From mbox\nFrom: a@b\n\nx", None),
            ("From: a@b\n", None),
            ("From: a@b\nno field\nTo: c@d\n\nx", Some(2)),
            ("From mbox\nFrom: a@b\n\tx\n: empty\nTo: c@d\n\nx", Some(4)),
            ("From: a@b\ntext at once", Some(2)),
        ] {
            assert_eq!(broken_header_line(message.as_bytes()), line, "{message:?}");
        }
    }
}
