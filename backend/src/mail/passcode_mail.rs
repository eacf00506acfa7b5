//! Owns the mail that carries a passcode: text and HTML, no link, the reference code in the subject.

use std::time::SystemTime;

use data_encoding::HEXLOWER;
use lettre::{
    Address, Message,
    address::AddressError,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use thiserror::Error;

use super::PasscodeMail;
use crate::{portal::Portal, recipient::code};

/// Why the mail cannot be written.
#[derive(Debug, Error)]
pub(super) enum WriteError {
    /// The mailer does not take the address; it is not in the error.
    #[error("the mailer refuses the address")]
    Address(#[source] AddressError),
    /// Something is missing.
    #[error("{0}")]
    Mail(#[from] lettre::error::Error),
}

/// Writes the mail. `sender` and `organisation` are whose message it is.
pub(super) fn write(
    portal: &Portal,
    mail: &PasscodeMail,
    sender: Option<&str>,
    organisation: &str,
) -> Result<Message, WriteError> {
    let to =
        Address::new(mail.address.local(), mail.address.domain()).map_err(WriteError::Address)?;
    let from = &portal.mail_from;
    let id = HEXLOWER.encode(&portal.randomness.bytes::<16>());
    let words = Words {
        portal: &portal.view.name,
        support: portal.view.support_contact.as_deref(),
        from: &match sender {
            Some(sender) => format!("{organisation} ({sender})"),
            None => organisation.to_owned(),
        },
        address: mail.address.as_str(),
        code: mail.code.expose(),
        reference: &mail.reference,
        minutes: code::LIFETIME / 60,
    };
    Ok(Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(format!("Your code to open a message ({})", mail.reference))
        .date(SystemTime::from(portal.timestamp()))
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        // RFC 3834: no automatic answers, and none from Exchange either.
        .raw_header(word("Auto-Submitted", "auto-generated"))
        .raw_header(word("X-Auto-Response-Suppress", "All"))
        .multipart(MultiPart::alternative_plain_html(
            words.text(),
            words.html(),
        ))?)
}

pub(super) fn word(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// What the mail says.
struct Words<'a> {
    portal: &'a str,
    support: Option<&'a str>,
    from: &'a str,
    address: &'a str,
    code: &'a str,
    reference: &'a str,
    minutes: u32,
}

impl Words<'_> {
    fn asked(&self) -> String {
        format!(
            "Someone asked for this code to open a message from {} that was sent to {}.",
            self.from, self.address
        )
    }

    fn how(&self) -> String {
        format!(
            "Type it on the page that shows the reference {}. It works there only, once, and for {} minutes.",
            self.reference, self.minutes
        )
    }

    fn if_not_you(&self) -> String {
        let mut text = "If that was not you, do nothing: without this code nobody can open the message. Never tell it to \
             anyone; nobody who is honest will ask for it."
            .to_owned();
        if let Some(support) = self.support {
            text.push_str(" Questions: ");
            text.push_str(support);
        }
        text
    }

    fn text(&self) -> String {
        format!(
            "Your code: {}\r\n\r\n{}\r\n\r\n{}\r\n\r\n{}\r\n\r\n-- \r\n{}\r\n",
            self.code,
            self.asked(),
            self.how(),
            self.if_not_you(),
            self.portal,
        )
    }

    fn html(&self) -> String {
        let paragraph =
            |text: &str| format!("<p style=\"margin:0 0 16px\">{}</p>\r\n", escape(text));
        format!(
            "<!doctype html>\r\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Your code</title></head>\r\n\
             <body style=\"margin:0;padding:24px;font:16px/1.5 sans-serif;color:#1a1a1a;background:#ffffff\">\r\n\
             <div style=\"max-width:560px\">\r\n\
             <p style=\"margin:0 0 4px\">Your code:</p>\r\n\
             <p style=\"margin:0 0 24px;font:bold 32px/1.2 monospace;letter-spacing:4px\">{}</p>\r\n{}{}{}\
             <p style=\"margin:24px 0 0;color:#555555\">{}</p>\r\n</div></body></html>\r\n",
            escape(self.code),
            paragraph(&self.asked()),
            paragraph(&self.how()),
            paragraph(&self.if_not_you()),
            escape(self.portal),
        )
    }
}

/// Text as HTML text.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
