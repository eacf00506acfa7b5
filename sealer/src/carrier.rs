//! Owns the carrier mail: the regular mail that delivers the attachment page.
//!
//! Everything in it travels in clear, so it says who sent it and how to open it, and nothing of the message.

use std::time::SystemTime;

use lettre::{
    Message,
    message::{
        Body, Mailbox, Mailboxes, MultiPart, SinglePart,
        header::{
            self, ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
        },
    },
};
use rand::CryptoRng;

use crate::{
    Failure,
    markup::{Fill, fill},
    origin::Origin,
    page::FILE_NAME,
    thread::Thread,
};

/// From this size on many mail servers refuse a mail, in bytes.
pub const LARGE_MAIL: usize = 25_000_000;
/// Longest subject, in characters.
const SUBJECT_CHARS: usize = 200;

const TEXT: &str = include_str!("carrier/carrier.txt");
const HTML: &str = include_str!("carrier/carrier.html");

/// What a carrier mail says.
#[derive(Clone, Copy)]
pub struct Carrier<'a> {
    /// From.
    pub sender: &'a Mailbox,
    /// To; none for a mail whose recipients are all hidden from each other.
    pub to: &'a [Mailbox],
    /// Where answers go, where that is not the sender.
    pub reply_to: &'a [Mailbox],
    /// Subject; `None` for the safe one that names the sender only.
    pub subject: Option<&'a str>,
    /// Where the email belongs.
    pub thread: &'a Thread,
    /// Copied where a machine wrote the email.
    pub auto_submitted: Option<&'a str>,
    /// Where the message is opened.
    pub portal: &'a Origin,
    /// Until when, in words; `None` for ever.
    pub until: Option<&'a str>,
    /// When it was sealed.
    pub date: SystemTime,
}

impl Carrier<'_> {
    /// Builds the mail around `page`. `rng` names the mail (Message-ID) and parts its bodies.
    ///
    /// # Errors
    /// Where the headers cannot be written as a mail.
    ///
    /// # Panics
    /// Where `page` is not ASCII in lines of at most 998 characters, which [`Page::render`](crate::page::Page::render)
    /// never makes.
    pub fn compose(&self, page: String, rng: &mut impl CryptoRng) -> Result<Vec<u8>, Failure> {
        let mut mail = Message::builder()
            .from(self.sender.clone())
            .subject(self.subject())
            .date(self.date)
            .message_id(Some(format!(
                "<{}@{}>",
                token(rng),
                self.sender.email.domain()
            )));
        // Mail is handed on by others, who make their own SMTP envelope; lettre only wants one to exist.
        let recipients = self.to.iter().map(|one| one.email.clone()).collect();
        mail = match lettre::address::Envelope::new(Some(self.sender.email.clone()), recipients) {
            Ok(envelope) => mail.envelope(envelope).mailbox(header::To::from(
                self.to.iter().cloned().collect::<Mailboxes>(),
            )),
            // RFC 5322, section 3.4: a group without members.
            Err(_) => mail
                .envelope(
                    lettre::address::Envelope::new(None, vec![self.sender.email.clone()])
                        .expect("one recipient is given"),
                )
                .raw_header(raw("To", "undisclosed-recipients:;")),
        };
        if !self.reply_to.is_empty() {
            let boxes: Mailboxes = self.reply_to.iter().cloned().collect();
            mail = mail.mailbox(header::ReplyTo::from(boxes));
        }
        if let Some(id) = &self.thread.in_reply_to {
            mail = mail.in_reply_to(id.clone());
        }
        if !self.thread.references.is_empty() {
            mail = mail.references(self.thread.references.join(" "));
        }
        if let Some(keyword) = self.auto_submitted {
            mail = mail.raw_header(raw("Auto-Submitted", keyword));
        }
        let body = multipart(MultiPart::mixed(), rng)
            .multipart(
                multipart(MultiPart::alternative(), rng)
                    .singlepart(SinglePart::plain(self.text()))
                    .singlepart(SinglePart::html(seven_bit(self.html()))),
            )
            .singlepart(attachment(page));
        let mail = mail.multipart(body).map_err(|error| {
            Failure::new(
                format!("The carrier mail cannot be written: {error}."),
                "Check the addresses in the email.",
            )
        })?;
        Ok(mail.formatted())
    }

    fn subject(&self) -> String {
        match self.subject {
            // Control characters would start a header of their own.
            Some(subject) => subject
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .take(SUBJECT_CHARS)
                .collect(),
            None => format!("Encrypted message from {}", self.sender_name()),
        }
    }

    fn sender_name(&self) -> String {
        self.sender
            .name
            .clone()
            .unwrap_or_else(|| self.sender.email.to_string())
    }

    fn text(&self) -> String {
        let sender = match &self.sender.name {
            Some(name) => format!("{name} <{}>", self.sender.email),
            None => self.sender.email.to_string(),
        };
        let until = self
            .until
            .map(|until| format!("You can open it until {until}.\n\n"));
        TEXT.replace("{{portal}}", self.portal.as_str())
            .replace("{{until}}", &until.unwrap_or_default())
            // Last: what the sender chose to be called is not looked into.
            .replace("{{sender}}", &sender)
    }

    fn html(&self) -> String {
        let address = self.sender.email.to_string();
        let until = self
            .until
            .map(|until| {
                fill(
                    "<p style=\"margin:0 0 16px\">You can open it until {{until}}.</p>\n",
                    &[("until", Fill::Text(until))],
                )
            })
            .unwrap_or_default();
        let named = self.sender.name.is_some();
        fill(
            HTML,
            &[
                ("name", Fill::Text(&self.sender_name())),
                ("address", Fill::Text(if named { &address } else { "" })),
                ("portal", Fill::Text(self.portal.as_str())),
                ("until", Fill::Html(&until)),
            ],
        )
    }
}

/// The page as it is, so that its base64 is paid for once.
fn attachment(page: String) -> SinglePart {
    let kind = ContentType::parse("text/html; charset=us-ascii")
        .expect("a constant media type with a parameter parses");
    SinglePart::builder()
        .header(kind)
        .header(ContentDisposition::attachment(FILE_NAME))
        .body(seven_bit(page))
}

/// HTML of ours as 7bit (RFC 2045, section 2.7: ASCII, lines of at most 998 characters). lettre would choose
/// quoted-printable from 77 characters on, which breaks the page's delimiters and costs a third more.
///
/// # Panics
/// Where the template, or what escaping lets through, breaks the rule; both are ours and tested.
fn seven_bit(html: String) -> Body {
    let fits = html.is_ascii()
        && html
            .split("\r\n")
            .all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0']));
    assert!(
        fits,
        "filled templates are ASCII in lines of at most 998 characters"
    );
    Body::dangerous_pre_encoded(html.into_bytes(), ContentTransferEncoding::SevenBit)
}

fn multipart(
    kind: lettre::message::MultiPartBuilder,
    rng: &mut impl CryptoRng,
) -> lettre::message::MultiPartBuilder {
    kind.boundary(format!("sealpost-{}", token(rng)))
}

/// 128 random bits in hex: nobody guesses or repeats them.
fn token(rng: &mut impl CryptoRng) -> String {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    data_encoding::HEXLOWER.encode(&bytes)
}

/// A header of ASCII that needs neither encoding nor folding.
fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;

    fn mailbox(text: &str) -> Mailbox {
        text.parse().unwrap()
    }

    fn compose(carrier: Carrier<'_>) -> String {
        let page = "<!DOCTYPE html>\r\n<title>page</title>\r\n".to_owned();
        let mail = carrier
            .compose(page, &mut ChaCha20Rng::seed_from_u64(1))
            .unwrap();
        String::from_utf8(mail).unwrap()
    }

    fn carrier<'a>(
        sender: &'a Mailbox,
        to: &'a [Mailbox],
        thread: &'a Thread,
        portal: &'a Origin,
    ) -> Carrier<'a> {
        let date = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_795_601_759);
        Carrier {
            sender,
            to,
            reply_to: &[],
            subject: None,
            thread,
            auto_submitted: Some("auto-generated"),
            portal,
            until: Some("25 December 2026, 10:15 UTC"),
            date,
        }
    }

    #[test]
    fn the_carrier_mail_reads_like_this() {
        let sender = mailbox("Ada Lovelace <ada@example.com>");
        let to = [mailbox("Bob <bob@example.net>")];
        let thread = Thread {
            in_reply_to: Some("<1@example.net>".to_owned()),
            references: vec!["<1@example.net>".to_owned(), "<2@example.com>".to_owned()],
        };
        let portal = "https://portal.example.com".parse().unwrap();
        let mail = compose(carrier(&sender, &to, &thread, &portal));
        assert_eq!(mail.matches('\n').count(), mail.matches("\r\n").count());
        insta::assert_snapshot!(mail.replace("\r\n", "\n"));
    }

    #[test]
    fn what_a_sender_is_called_is_not_looked_into() {
        let sender = Mailbox::new(
            Some("{{until}}{{portal}}<b>\u{fc}".to_owned()),
            "a@x.example".parse().unwrap(),
        );
        let portal: Origin = "https://portal.example.com".parse().unwrap();
        let thread = Thread::default();
        let to = [mailbox("bob@example.net")];
        let carrier = carrier(&sender, &to, &thread, &portal);
        assert!(
            carrier
                .text()
                .starts_with("{{until}}{{portal}}<b>\u{fc} <a@x.example>\n")
        );
        assert!(
            carrier
                .html()
                .contains("<strong>{{until}}{{portal}}&lt;b&gt;&#252;</strong>")
        );
    }

    #[test]
    fn a_subject_starts_no_header() {
        let sender = mailbox("ada@example.com");
        let thread = Thread::default();
        let portal = "https://portal.example.com".parse().unwrap();
        let to = [mailbox("bob@example.net")];
        let mail = compose(Carrier {
            subject: Some("s\r\nBcc: eve@example.org\r\n\r\nbody"),
            ..carrier(&sender, &to, &thread, &portal)
        });
        let (headers, _) = mail.split_once("\r\n\r\n").unwrap();
        assert!(!headers.contains("\r\nBcc:"), "{headers}");
        assert!(
            headers.contains("Subject: s  Bcc: eve@example.org    body\r\n"),
            "{headers}"
        );
    }
}
