//! Owns the proof that real mail shows as a mail client would show it: one reviewed snapshot for each sample.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{fmt::Write as _, fs, path::PathBuf};

use sealpost_envelope::Index;
use sealpost_message::{
    Address, Attachment, Body, BodyKind, MessageView, Stored,
    outline::{Outline, outline, strip_bcc},
    text::{decode_charset, piece_to_html, unflow},
};

fn samples() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let mut samples: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    samples.sort();
    samples
}

fn view(message: &[u8]) -> MessageView {
    let index = Index::new(message.len() as u64, Vec::new()).unwrap();
    MessageView::parse(message, &index).unwrap()
}

fn bytes(stored: &Stored) -> &[u8] {
    match stored {
        Stored::Here(bytes) => bytes,
        Stored::Cut { .. } => panic!("nothing is cut out"),
    }
}

fn addresses(list: &[Address]) -> String {
    let shown = list
        .iter()
        .take(4)
        .map(|Address { name, address }| format!("{name:?} <{address}>"));
    let more = list.len().saturating_sub(4);
    let tail = if more > 0 {
        format!(", and {more} more")
    } else {
        String::new()
    };
    shown.collect::<Vec<_>>().join(", ") + &tail
}

fn piece(body: &Body) -> String {
    let text = unflow(body, &decode_charset(body, bytes(&body.stored)));
    let start: String = text.trim().chars().take(420).collect();
    let kind = match body.kind {
        BodyKind::Plain => "plain",
        BodyKind::Html => "html",
    };
    start.lines().fold(format!("{kind}\n"), |piece, line| {
        format!("{piece}    | {line}\n")
    })
}

/// What is pinned of a message.
fn render(view: &MessageView) -> String {
    let mut out = String::new();
    writeln!(out, "from:     {}", addresses(&view.from)).unwrap();
    writeln!(out, "to:       {}", addresses(&view.to)).unwrap();
    if !view.cc.is_empty() {
        writeln!(out, "cc:       {}", addresses(&view.cc)).unwrap();
    }
    if !view.reply_to.is_empty() {
        writeln!(out, "reply-to: {}", addresses(&view.reply_to)).unwrap();
    }
    writeln!(out, "date:     {}", view.date.as_deref().unwrap_or("-")).unwrap();
    writeln!(out, "subject:  {}", view.subject.as_deref().unwrap_or("-")).unwrap();
    for body in &view.html {
        write!(out, "rich:     {}", piece(body)).unwrap();
    }
    for body in &view.text {
        write!(out, "text:     {}", piece(body)).unwrap();
    }
    for inline in &view.inline {
        writeln!(
            out,
            "inline:   {} ({} bytes)",
            inline.id.0,
            bytes(&inline.file.stored).len()
        )
        .unwrap();
    }
    for Attachment {
        name,
        media_type,
        size,
        stored,
    } in &view.attachments
    {
        assert_eq!(*size, bytes(stored).len() as u64);
        writeln!(out, "attached: {name} | {media_type} | {size} bytes").unwrap();
    }
    out
}

#[test]
fn there_are_at_least_forty_samples_and_each_says_what_it_is_modelled_on() {
    let samples = samples();
    assert!(samples.len() >= 40, "{}", samples.len());
    for (name, message) in samples {
        let text = String::from_utf8_lossy(&message);
        assert!(text.contains("X-Sample: modelled on "), "{name}");
    }
}

#[test]
fn every_sample_shows_as_a_mail_client_shows_it() {
    for (name, message) in samples() {
        insta::with_settings!({ description => name.clone(), omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, render(&view(&message)));
        });
    }
}

#[test]
fn every_sample_reads_the_same_with_lf_line_ends() {
    for (name, message) in samples() {
        let lf: Vec<u8> = String::from_utf8_lossy(&message)
            .replace("\r\n", "\n")
            .into_bytes();
        let crlf: Vec<u8> = String::from_utf8_lossy(&lf)
            .replace('\n', "\r\n")
            .into_bytes();
        let (mut lf, mut crlf) = (render(&view(&lf)), render(&view(&crlf)));
        // Sizes of what is not encoded count line ends.
        for text in [&mut lf, &mut crlf] {
            *text = text
                .lines()
                .map(|line| line.split(" | ").take(2).collect::<Vec<_>>().join(" | ") + "\n")
                .collect();
        }
        assert_eq!(lf, crlf, "{name}");
    }
}

#[test]
fn every_plain_piece_becomes_html_without_markup_of_the_sender() {
    for (name, message) in samples() {
        for body in view(&message).text {
            let html = piece_to_html(&body, bytes(&body.stored));
            assert!(!html.contains("<script"), "{name}");
        }
    }
}

fn sample_outline(name: &str) -> Outline {
    let (_, message) = samples()
        .into_iter()
        .find(|(known, _)| known == name)
        .unwrap();
    outline(&message).unwrap()
}

#[test]
fn outline_flattens_groups_and_drops_duplicates_whatever_their_case() {
    let outline = sample_outline("hundred-recipients");
    // MEMBER001@ in Cc is member001@ of To; Ann in the group of Cc is new.
    assert_eq!(outline.recipients.len(), 101);
    assert_eq!(outline.recipients[100].address, "ann@club.example");
    let from: Vec<_> = outline
        .from
        .iter()
        .map(|address| address.address.as_str())
        .collect();
    assert_eq!(from, ["secretary@club.example", "chair@club.example"]);
}

#[test]
fn outline_reads_ids_over_folded_lines() {
    let outline = sample_outline("long-folded-headers");
    assert_eq!(
        outline.message_id.unwrap(),
        "<0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef@mail.example.gr>"
    );
    assert_eq!(
        outline.references,
        ["<a@example.gr>", "<b@example.gr>", "<c@example.gr>"]
    );
    assert_eq!(outline.in_reply_to, None);
}

#[test]
fn outline_tells_automatic_mail() {
    let outline = sample_outline("postfix-delivery-report");
    assert_eq!(outline.auto_submitted.as_deref(), Some("auto-replied"));
    assert_eq!(outline.from[0].address, "MAILER-DAEMON@mail.example.org");
}

#[test]
fn outline_includes_blind_copies_until_they_are_stripped() {
    let message = b"From: a@example.org\r\nTo: b@example.org\r\nBcc: C <c@example.org>,\r\n\td@example.org\r\nSubject: x\r\n\
        Resent-bcc : e@example.org\r\n\r\nBcc: stays, it is body\r\n";
    let recipients = outline(message).unwrap().recipients;
    let recipients: Vec<_> = recipients
        .iter()
        .map(|address| address.address.as_str())
        .collect();
    assert_eq!(
        recipients,
        ["b@example.org", "c@example.org", "d@example.org"]
    );
    assert_eq!(
        strip_bcc(message),
        b"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nBcc: stays, it is body\r\n"
    );
}

#[test]
fn stripping_blind_copies_leaves_every_sample_as_it_is() {
    for (name, message) in samples() {
        assert_eq!(strip_bcc(&message), message, "{name}");
    }
}

#[test]
fn stripping_blind_copies_leaves_nested_messages_alone() {
    let message =
        b"Bcc: x@example.org\nContent-Type: message/rfc822\n\nBcc: y@example.org\n\nbody\n";
    assert_eq!(
        strip_bcc(message),
        b"Content-Type: message/rfc822\n\nBcc: y@example.org\n\nbody\n"
    );
}

#[test]
fn a_blind_copy_behind_a_broken_header_line_is_stripped_too() {
    let message = b"From: a@example.com\r\nno field at all\r\nBcc: secret@example.com,\r\n other@example.com\r\n\
        To: b@example.com\r\n\r\nBcc: quoted in the text\r\n";
    let expected = b"From: a@example.com\r\nno field at all\r\nTo: b@example.com\r\n\r\nBcc: quoted in the text\r\n";
    assert_eq!(strip_bcc(message), expected);
}
