//! Owns what the sealer takes from the email: the bytes to seal, and what the carrier mails need of its headers.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use lettre::message::Mailbox;
use sealpost_api::limits::RECIPIENTS;
use sealpost_envelope::{Index, Part, limits::MESSAGE_LEN};
use sealpost_message::{MessageView, outline};
use zeroize::Zeroizing;

use crate::{
    Failure,
    mailboxes::{distinct, given, mailbox, named_in},
    notes::megabytes,
    thread::Thread,
};

/// An email, ready to be sealed.
pub struct Original {
    /// The bytes to seal: without `Bcc` and `Resent-Bcc`, otherwise as they came.
    pub message: Zeroizing<Vec<u8>>,
    /// Its large bodies, for the index.
    pub parts: Vec<Part>,
    /// The first From.
    pub sender: Mailbox,
    /// Whom it is sealed for; at least one.
    pub recipients: Vec<Mailbox>,
    /// Those recipients who may be named to all others: the ones in To and Cc.
    pub visible: Vec<Mailbox>,
    /// Where answers go, where that is not the sender.
    pub reply_to: Vec<Mailbox>,
    /// Where it belongs.
    pub thread: Thread,
    /// `Auto-Submitted` (RFC 3834), where the email was not written by a person.
    pub auto_submitted: Option<String>,
}

impl Original {
    /// Reads `input` (`-` for standard input); `only` replaces the recipients that the email names.
    ///
    /// # Errors
    /// Where it cannot be read, is no email, or names a sender or recipients that mail cannot be sent to.
    pub fn read(input: &Path, only: &[String]) -> Result<Self, Failure> {
        let bytes = if input == Path::new("-") {
            read_limited(io::stdin().lock(), MESSAGE_LEN)
        } else {
            File::open(input).and_then(|file| read_limited(file, MESSAGE_LEN))
        };
        let bytes = bytes.map_err(|error| {
            Failure::new(
                format!("The email {} cannot be read: {error}.", input.display()),
                "Check the path and its permissions.",
            )
        })?;
        Self::parse(&bytes, only)
    }

    /// Takes the email in `bytes`; `only` replaces the recipients that it names.
    ///
    /// # Errors
    /// As [`Original::read`].
    pub fn parse(bytes: &[u8], only: &[String]) -> Result<Self, Failure> {
        if bytes.len() as u64 > MESSAGE_LEN {
            let limit = megabytes(usize::try_from(MESSAGE_LEN).unwrap_or(usize::MAX));
            return Err(Failure::new(
                format!("The email is larger than {limit}, the most that can be sealed."),
                "Send large attachments in several emails, or another way.",
            ));
        }
        let full = outline::outline(bytes).map_err(not_an_email)?;
        if let Some(line) = outline::broken_header_line(bytes) {
            return Err(Failure::new(
                format!(
                    "Line {line} of the email is no header field, so the fields behind it (recipients, perhaps) would be lost."
                ),
                "Correct that line, or put an empty line in front of it if the text starts there.",
            ));
        }
        let message = Zeroizing::new(outline::strip_bcc(bytes));
        let stripped = outline::outline(&message).map_err(not_an_email)?;
        let parts = outline::large_parts(&message).map_err(not_an_email)?;

        let sender = full.from.first().ok_or_else(|| {
            Failure::new(
                "The email has no From address.",
                "Add a From header with the sender's address; its domain must be one of the token's.",
            )
        })?;
        let sender = mailbox(&sender.name, &sender.address)?;
        let named = |addresses: &[sealpost_message::Address]| {
            let boxes = addresses.iter().map(|one| mailbox(&one.name, &one.address));
            boxes.collect::<Result<Vec<_>, _>>().map(distinct)
        };
        let recipients = if only.is_empty() {
            named(&full.recipients)?
        } else {
            distinct(given(only)?)
        };
        let visible = named(&stripped.recipients)?;
        Ok(Self {
            visible: named_in(&recipients, visible),
            recipients: counted(recipients)?,
            reply_to: reply_to(&message),
            thread: Thread::of(&full),
            auto_submitted: full
                .auto_submitted
                .as_deref()
                .and_then(submitted_by_machine),
            message,
            parts,
            sender,
        })
    }

    /// The sender as shown: name and address, or the address alone.
    #[must_use]
    pub fn display_sender(&self) -> String {
        match &self.sender.name {
            Some(name) => format!("{name} <{}>", self.sender.email),
            None => self.sender.email.to_string(),
        }
    }
}

/// `Reply-To`, where it differs from From. One that cannot be mailed is left out: it is the reader's affair, and nobody
/// gets a key for it.
fn reply_to(message: &[u8]) -> Vec<Mailbox> {
    let headers = head(message);
    Index::new(headers.len() as u64, Vec::new())
        .ok()
        .and_then(|nothing_cut| MessageView::parse(headers, &nothing_cut).ok())
        .map(|view| view.reply_to)
        .unwrap_or_default()
        .iter()
        .filter_map(|one| mailbox(&one.name, &one.address).ok())
        .collect()
}

/// The message up to its first empty line.
fn head(message: &[u8]) -> &[u8] {
    let mut end = 0;
    for line in message.split_inclusive(|&byte| byte == b'\n') {
        end += line.len();
        if line.trim_ascii().is_empty() {
            break;
        }
    }
    &message[..end]
}

/// The value of `Auto-Submitted` to copy: `no`, and anything that is not a keyword, says that a person wrote it.
fn submitted_by_machine(value: &str) -> Option<String> {
    let keyword = value.split([';', ' ', '(']).next()?.to_ascii_lowercase();
    let is_keyword = keyword.len() <= 40
        && keyword.starts_with(|c: char| c.is_ascii_lowercase())
        && keyword
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    (is_keyword && keyword != "no").then_some(keyword)
}

fn read_limited(source: impl Read, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    // One more than the limit, so that the next step sees that it is over.
    source.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn not_an_email(error: sealpost_message::MessageError) -> Failure {
    Failure::new(
        format!("What was given cannot be sealed: {error}."),
        "Give one email as mail programs save it (RFC 5322, usually `.eml`): headers, an empty line, the text.",
    )
}

fn counted(recipients: Vec<Mailbox>) -> Result<Vec<Mailbox>, Failure> {
    match recipients.len() {
        0 => Err(Failure::new(
            "The email names no recipient.",
            "Add To, Cc or Bcc, or give the recipients with --to.",
        )),
        1..=RECIPIENTS => Ok(recipients),
        number => Err(Failure::new(
            format!(
                "The email has {number} recipients; at most {RECIPIENTS} can open one message."
            ),
            "Seal it several times, each time for some of them with --to.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(boxes: &[Mailbox]) -> Vec<String> {
        boxes.iter().map(|one| one.email.to_string()).collect()
    }

    fn message(result: Result<Original, Failure>) -> String {
        result.err().unwrap().to_string()
    }

    const EMAIL: &[u8] = b"From: Ada <ada@example.com>, Eve <eve@example.com>\r\n\
        To: bob@example.net, BOB@example.net\r\nCc: carol@b\xc3\xbccher.example\r\nBcc: dave@example.org\r\n\
        Message-ID: <m3@example.com>\r\nIn-Reply-To: <m2@example.net>\r\n\
        References: <m1@example.com>\r\n <m2@example.net>\r\nSubject: s\r\n\r\nHello\r\n";

    #[test]
    fn recipients_are_to_cc_and_bcc_and_the_headers_never_name_bcc() {
        let original = Original::parse(EMAIL, &[]).unwrap();
        let all = [
            "bob@example.net",
            "carol@xn--bcher-kva.example",
            "dave@example.org",
        ];
        assert_eq!(addresses(&original.recipients), all);
        assert_eq!(addresses(&original.visible), all[..2]);
        assert!(!original.message.windows(4).any(|bytes| bytes == b"dave"));
        assert_eq!(original.display_sender(), "Ada <ada@example.com>");
    }

    #[test]
    fn only_the_given_recipients_count_and_a_hidden_one_stays_hidden() {
        let to = ["Dave <dave@example.org>, bob@example.net".to_owned()];
        let original = Original::parse(EMAIL, &to).unwrap();
        assert_eq!(
            addresses(&original.recipients),
            ["dave@example.org", "bob@example.net"]
        );
        assert_eq!(addresses(&original.visible), ["bob@example.net"]);
        let alone = Original::parse(EMAIL, &["dave@example.org".to_owned()]).unwrap();
        assert_eq!(addresses(&alone.visible), ["dave@example.org"]);
        assert!(
            message(Original::parse(EMAIL, &["dave".to_owned()])).contains("is not an address")
        );
    }

    #[test]
    fn the_thread_ends_with_the_email_itself() {
        let original = Original::parse(EMAIL, &[]).unwrap();
        assert_eq!(
            original.thread.in_reply_to.as_deref(),
            Some("<m2@example.net>")
        );
        assert_eq!(
            original.thread.references,
            ["<m1@example.com>", "<m2@example.net>", "<m3@example.com>"]
        );
        assert_eq!(original.auto_submitted, None);
        assert!(original.reply_to.is_empty());
    }

    #[test]
    fn answers_go_where_the_email_says() {
        let email = "Reply-To: Desk <desk@example.com>, <nobody>\nFrom: no-reply@example.com\nTo: bob@example.net\n\n\
            Reply-To: eve@example.org\n\nHello\n";
        let original = Original::parse(email.as_bytes(), &[]).unwrap();
        assert_eq!(addresses(&original.reply_to), ["desk@example.com"]);
    }

    #[test]
    fn only_a_machine_is_named_as_a_machine() {
        assert_eq!(
            submitted_by_machine("auto-replied").as_deref(),
            Some("auto-replied")
        );
        assert_eq!(
            submitted_by_machine("Auto-Generated; owner-email=\"a@b\"").as_deref(),
            Some("auto-generated")
        );
        for person in ["no", "No (comment)", "", "\u{fc}", "1", "a\r\nBcc: x"] {
            assert_eq!(submitted_by_machine(person), None, "{person:?}");
        }
    }

    #[test]
    fn who_cannot_be_mailed_is_named() {
        let no_from = b"To: bob@example.net\r\n\r\nHello\r\n";
        assert!(message(Original::parse(no_from, &[])).contains("no From"));
        let no_to = b"From: ada@example.com\r\n\r\nHello\r\n";
        assert!(message(Original::parse(no_to, &[])).contains("no recipient"));
        let bad = b"From: ada@example.com\r\nTo: bob@-.example\r\n\r\nHello\r\n";
        assert!(message(Original::parse(bad, &[])).contains("\"bob@-.example\" is not an address"));
    }

    #[test]
    fn recipients_behind_a_broken_line_are_not_lost_in_silence() {
        let email = b"From: ada@example.com\nTo: bob@example.net\nno field\nCc: carol@example.org\n\nHello\n";
        assert!(
            message(Original::parse(email, &[]))
                .starts_with("Line 3 of the email is no header field")
        );
    }

    #[test]
    fn five_hundred_recipients_and_no_more() {
        let to = |number: usize| {
            let list: Vec<_> = (0..number).map(|n| format!("r{n}@example.net")).collect();
            format!(
                "From: ada@example.com\r\nTo: {}\r\n\r\nHello\r\n",
                list.join(",\r\n ")
            )
        };
        let most = Original::parse(to(RECIPIENTS).as_bytes(), &[]).unwrap();
        assert_eq!(most.recipients.len(), RECIPIENTS);
        assert!(
            message(Original::parse(to(RECIPIENTS + 1).as_bytes(), &[])).contains("501 recipients")
        );
    }

    #[test]
    fn an_email_over_the_limit_is_refused() {
        let limit = usize::try_from(MESSAGE_LEN).unwrap();
        let mut bytes = b"From: ada@example.com\r\nTo: bob@example.net\r\n\r\n".to_vec();
        bytes.resize(limit + 1, b'a');
        assert!(message(Original::parse(&bytes, &[])).contains("larger than 150.0 MB"));
    }
}
