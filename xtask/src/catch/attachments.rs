//! Owns the view of a caught mail: its text, and its attachments by number and name.

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

/// One attachment of a mail.
pub(super) struct Attachment<'m> {
    /// Its number among the mail's parts; stable, unlike its name unique.
    pub(super) part: usize,
    /// The sender's name for it, or one made up.
    pub(super) name: String,
    /// `type/subtype`, lower case, safe to put in a header.
    pub(super) content_type: String,
    /// Its decoded bytes.
    pub(super) bytes: &'m [u8],
}

/// Parses a mail; hopeless input is shown as no text and no attachments.
pub(super) fn parse(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).unwrap_or_default()
}

/// The mail's text as plain text; an HTML-only mail is turned into text.
pub(super) fn text(mail: &Message<'_>) -> String {
    mail.body_text(0)
        .map(std::borrow::Cow::into_owned)
        .unwrap_or_default()
}

/// Every part with a name or a place outside the body.
pub(super) fn list<'m>(mail: &'m Message<'_>) -> Vec<Attachment<'m>> {
    let attached = |part: usize| {
        mail.attachments
            .iter()
            .any(|id| usize::try_from(*id) == Ok(part))
    };
    mail.parts
        .iter()
        .enumerate()
        .filter(|(_, part)| !matches!(part.body, PartType::Multipart(_)))
        .filter(|(number, part)| attached(*number) || part.attachment_name().is_some())
        .map(|(number, part)| Attachment {
            part: number,
            name: name(number, part),
            content_type: content_type(part),
            bytes: part.contents(),
        })
        .collect()
}

fn name(number: usize, part: &MessagePart<'_>) -> String {
    match part.attachment_name() {
        // A path in a name is for nobody's good; the last piece is the name.
        Some(name) => name
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .to_owned(),
        None if part.is_message() => format!("part-{number}.eml"),
        None => format!("part-{number}"),
    }
}

fn content_type(part: &MessagePart<'_>) -> String {
    let token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-+._".contains(&byte))
    };
    match (&part.body, part.content_type()) {
        (PartType::Html(_), _) => "text/html; charset=utf-8".to_owned(),
        (PartType::Text(_), _) => "text/plain; charset=utf-8".to_owned(),
        (_, Some(declared)) => match declared.subtype() {
            Some(subtype) if token(declared.ctype()) && token(subtype) => {
                format!("{}/{subtype}", declared.ctype()).to_ascii_lowercase()
            }
            _ => "application/octet-stream".to_owned(),
        },
        (_, None) => "application/octet-stream".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &[u8] = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain\r\n\r\nThe text\r\n\
        --b\r\nContent-Type: text/html; name=message.html\r\nContent-Disposition: attachment; filename=message.html\r\n\r\n<p>page</p>\r\n\
        --b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"../a.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n\
        --b--\r\n";

    #[test]
    fn attachments_are_named_typed_and_decoded() {
        let mail = parse(MAIL);
        assert_eq!(text(&mail).trim_end(), "The text");
        let list = list(&mail);
        let seen: Vec<_> = list
            .iter()
            .map(|a| (a.name.as_str(), a.content_type.as_str(), a.bytes))
            .collect();
        assert_eq!(
            seen,
            [
                (
                    "message.html",
                    "text/html; charset=utf-8",
                    &b"<p>page</p>"[..]
                ),
                ("a.pdf", "application/pdf", b"%PDF"),
            ]
        );
    }

    #[test]
    fn garbage_is_shown_as_an_empty_mail() {
        let mail = parse(b"\xff\x00");
        assert!(list(&mail).is_empty());
    }
}
