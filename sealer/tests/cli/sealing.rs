//! `sealpost seal`: what is registered, what is written, and what is not.

use std::{fs, path::Path};

use mail_parser::{MessageParser, MimeHeaders};
use sealpost_api::{ErrorCode, sender::RegisterRequest};
use sealpost_crypto::key_schedule::{possession_hash, possession_tag};
use sealpost_envelope::{Preamble, page::PageScanner};

use crate::{
    TOKEN, contains, failed,
    fake_portal::{Answer, FakePortal},
    feed, names, sealpost, stderr, succeeded, with_portal,
};

const EMAIL: &str = "From: Ada Lovelace <ada@example.com>\r\nTo: bob@example.net\r\nCc: Carol <carol@example.org>\r\n\
    Bcc: dave@hidden.example\r\nMessage-ID: <2@example.com>\r\nReferences: <1@example.net>\r\n\
    In-Reply-To: <1@example.net>\r\nSubject: The secret subject\r\n\r\nThe secret text\r\n";

/// The envelope in a written file.
fn scan(file: &Path) -> (Vec<u8>, Option<String>) {
    let mut scanner = PageScanner::new();
    let mut envelope = Vec::new();
    scanner
        .push(&fs::read(file).unwrap(), &mut envelope)
        .unwrap();
    let hint = scanner.finish(&mut envelope).unwrap();
    (envelope, hint)
}

#[test]
fn what_is_registered_belongs_to_the_envelope_that_is_written() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let mut command = with_portal(&folder, &portal.url);
    let output = feed(command.args(["seal", "-o", "carrier/"]), EMAIL.as_bytes());
    let id = succeeded(&output);

    let requests = portal.take();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].line, "POST /api/v1/messages/register HTTP/1.1");
    assert_eq!(
        requests[0].authorization.as_deref(),
        Some(&*format!("Bearer {TOKEN}"))
    );
    let body: RegisterRequest = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(
        body.recipients,
        [
            "bob@example.net",
            "carol@example.org",
            "dave@hidden.example"
        ]
    );
    assert_eq!(body.from, "ada@example.com");
    assert_eq!(body.expires_in_days, Some(30));
    assert_eq!(id, format!("{}\n", body.id));

    let carrier = folder.path().join("carrier");
    assert_eq!(
        names(&carrier),
        [
            "bob@example.net.eml",
            "carol@example.org.eml",
            "dave@hidden.example.eml"
        ]
    );
    let (envelope, hint) = scan(&carrier.join("bob@example.net.eml"));
    assert_eq!(hint.as_deref(), Some("bob@example.net"));
    assert!(
        scan(&carrier.join("carol@example.org.eml")).0 == envelope,
        "sealed once"
    );
    let preamble = Preamble::parse(&envelope).unwrap();
    let header = preamble.header();
    assert_eq!(header.id, body.id);
    assert_eq!(header.portal, portal.url);
    assert_eq!(header.from, "Ada Lovelace <ada@example.com>");
    assert_eq!(
        possession_hash(&possession_tag(&header.id, &header.secret)),
        body.possession
    );
    let inspected = succeeded(
        &sealpost(&folder)
            .args(["inspect", "carrier/bob@example.net.eml"])
            .output()
            .unwrap(),
    );
    let report: serde_json::Value = serde_json::from_str(&inspected).unwrap();
    assert_eq!(report["digest"], body.digest.to_string());
}

#[test]
fn nothing_is_written_when_the_portal_refuses() {
    for code in [
        ErrorCode::TokenInvalid,
        ErrorCode::NotYours,
        ErrorCode::BadAddress,
        ErrorCode::Conflict,
    ] {
        let portal = FakePortal::answering(vec![Answer::Refuse(code)]);
        let folder = tempfile::tempdir().unwrap();
        let mut command = with_portal(&folder, &portal.url);
        command.args([
            "seal",
            "-o",
            "carrier/",
            "--html",
            "message.html",
            "--save-release-key",
            "key",
        ]);
        let text = failed(&feed(&mut command, EMAIL.as_bytes()), 1);
        assert!(
            text.contains("Nothing was written.") && text.contains("Request req-7 in the log"),
            "{text}"
        );
        assert_eq!(names(folder.path()), ["carrier"]);
        assert!(names(&folder.path().join("carrier")).is_empty());
        assert_eq!(portal.take().len(), 1, "a refusal is not tried again");
    }
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_same_body() {
    let unavailable = Answer::Refuse(ErrorCode::Unavailable);
    let portal = FakePortal::answering(vec![Answer::HangUp, unavailable]);
    let folder = tempfile::tempdir().unwrap();
    let mut command = with_portal(&folder, &portal.url);
    succeeded(&feed(
        command.args(["seal", "-o", "carrier.eml"]),
        EMAIL.as_bytes(),
    ));
    let requests = portal.take();
    assert_eq!(requests.len(), 3);
    assert!(
        requests
            .iter()
            .all(|request| request.body == requests[0].body)
    );
}

#[test]
fn a_place_that_cannot_be_written_is_found_out_before_anything_is_registered() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        ["-o", "missing/carrier.eml"].as_slice(),
        &["-o", "carrier.eml", "--html", "missing/message.html"],
        &["-o", "carrier.eml", "--save-release-key", "missing/key"],
        &["--html", "."],
    ] {
        let mut command = with_portal(&folder, &portal.url);
        let output = feed(command.arg("seal").args(arguments), EMAIL.as_bytes());
        assert!(failed(&output, 1).contains("cannot be written"));
    }
    assert!(portal.take().is_empty());
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_hidden_recipient_is_in_no_file_but_its_own() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let mut command = with_portal(&folder, &portal.url);
    command.args([
        "seal",
        "-o",
        "all.eml",
        "--html",
        "message.html",
        "--save-release-key",
        "key",
    ]);
    let output = feed(&mut command, EMAIL.as_bytes());
    let id = succeeded(&output);
    assert!(!stderr(&output).contains("hidden.example"));
    let mut command = with_portal(&folder, &portal.url);
    succeeded(&feed(
        command.args(["seal", "-o", "each/"]),
        EMAIL.as_bytes(),
    ));

    let opened = sealpost(&folder)
        .args([
            "open",
            "message.html",
            "--release-key",
            "key",
            "-o",
            "opened.eml",
        ])
        .output()
        .unwrap();
    succeeded(&opened);
    let inspected = sealpost(&folder)
        .args(["inspect", "all.eml"])
        .output()
        .unwrap();
    fs::write(folder.path().join("inspected"), inspected.stdout).unwrap();
    for file in [
        "all.eml",
        "message.html",
        "opened.eml",
        "inspected",
        "each/bob@example.net.eml",
        "each/carol@example.org.eml",
    ] {
        let bytes = fs::read(folder.path().join(file)).unwrap();
        assert!(!contains(&bytes, b"hidden.example"), "{file}");
        // The hint is base64url of the address, at whichever alignment it stands alone.
        assert!(!contains(&bytes, b"ZGF2ZUBoaWRkZW4"), "{file}");
    }
    let own = fs::read(folder.path().join("each/dave@hidden.example.eml")).unwrap();
    assert!(contains(&own, b"hidden.example"));
    assert!(!id.is_empty());
}

#[test]
fn nothing_secret_is_in_a_carrier_mail_in_clear() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let mut command = with_portal(&folder, &portal.url);
    let output = feed(
        command.args(["seal", "-o", "carrier.eml"]),
        EMAIL.as_bytes(),
    );
    succeeded(&output);
    let carrier = fs::read(folder.path().join("carrier.eml")).unwrap();
    for bytes in [carrier.as_slice(), &output.stderr, &portal.take()[0].body] {
        assert!(!contains(bytes, b"secret subject") && !contains(bytes, b"secret text"));
    }
}

#[test]
fn a_carrier_mail_reads_back_with_its_page_byte_for_byte() {
    let portal = FakePortal::accepting();
    // Once with a link, once with the script.
    for text in ["short".to_owned(), "0123456789\r\n".repeat(100_000)] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = with_portal(&folder, &portal.url);
        command.args([
            "seal",
            "--to",
            "bob@example.net",
            "-o",
            "./",
            "--html",
            "message.html",
        ]);
        let email = format!(
            "Auto-Submitted: auto-generated\r\nReply-To: desk@example.com\r\n{EMAIL}{text}"
        );
        succeeded(&feed(&mut command, email.as_bytes()));

        let raw = fs::read(folder.path().join("bob@example.net.eml")).unwrap();
        for line in raw.split(|&byte| byte == b'\n') {
            assert!(
                line.len() <= 999 && line.is_ascii(),
                "998 characters and CR"
            );
        }
        let mail = MessageParser::new().parse(&raw).unwrap();
        assert_eq!(mail.subject(), Some("Encrypted message from Ada Lovelace"));
        assert_eq!(
            mail.from().unwrap().first().unwrap().address(),
            Some("ada@example.com")
        );
        assert_eq!(
            mail.to().unwrap().first().unwrap().address(),
            Some("bob@example.net")
        );
        assert_eq!(
            mail.reply_to().unwrap().first().unwrap().address(),
            Some("desk@example.com")
        );
        assert_eq!(mail.cc(), None);
        assert_eq!(mail.in_reply_to().as_text(), Some("1@example.net"));
        assert_eq!(
            mail.references().as_text_list().unwrap(),
            ["1@example.net", "2@example.com"]
        );
        assert!(mail.message_id().unwrap().ends_with("@example.com"));
        assert!(
            !matches!(mail.message_id(), Some("2@example.com")),
            "a mail of its own"
        );
        assert_eq!(
            mail.header_raw("Auto-Submitted").map(str::trim),
            Some("auto-generated")
        );
        assert_eq!(mail.header_raw("MIME-Version").map(str::trim), Some("1.0"));
        assert!(mail.date().is_some());
        assert_eq!((mail.text_body_count(), mail.html_body_count()), (1, 1));

        assert_eq!(mail.attachment_count(), 1);
        let page = mail.attachment(0).unwrap();
        assert_eq!(page.attachment_name(), Some("message.html"));
        assert_eq!(page.content_transfer_encoding(), Some("7bit"));
        let kind = page.content_type().unwrap();
        assert_eq!((kind.ctype(), kind.subtype()), ("text", Some("html")));
        assert_eq!(kind.attribute("charset"), Some("us-ascii"));
        // A sole recipient's page alone has the hint too, so both are the same bytes.
        let alone = fs::read(folder.path().join("message.html")).unwrap();
        let text = page.text_contents().unwrap();
        assert_eq!(text.len(), alone.len());
        assert!(text.as_bytes() == alone);
        assert_eq!(
            scan(&folder.path().join("bob@example.net.eml"))
                .1
                .as_deref(),
            Some("bob@example.net")
        );
    }
}

#[test]
fn one_mail_for_all_names_who_may_be_named() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let to = |arguments: &[&str]| {
        let mut command = with_portal(&folder, &portal.url);
        command.args(["seal", "-o", "all.eml"]).args(arguments);
        succeeded(&feed(&mut command, EMAIL.as_bytes()));
        let file = folder.path().join("all.eml");
        assert_eq!(scan(&file).1, None, "no hint");
        let text = String::from_utf8(fs::read(&file).unwrap()).unwrap();
        let to = text.lines().find(|line| line.starts_with("To: ")).unwrap();
        to.to_owned()
    };
    assert_eq!(to(&[]), "To: bob@example.net, Carol <carol@example.org>");
    assert_eq!(
        to(&["--to", "bob@example.net", "--to", "dave@hidden.example"]),
        "To: bob@example.net"
    );
    assert_eq!(
        to(&["--to", "dave@hidden.example", "--to", "eve@hidden.example"]),
        "To: undisclosed-recipients:;"
    );
}

#[test]
fn expiry_and_subject_are_the_senders_to_choose() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let mut command = with_portal(&folder, &portal.url);
    let subject = "Your payslip\r\nBcc: eve@example.org";
    command.args([
        "seal",
        "-o",
        "a.eml",
        "--expires",
        "never",
        "--subject",
        subject,
    ]);
    succeeded(&feed(&mut command, EMAIL.as_bytes()));
    let body: RegisterRequest = serde_json::from_slice(&portal.take()[0].body).unwrap();
    assert_eq!(body.expires_in_days, None);
    let mail = fs::read(folder.path().join("a.eml")).unwrap();
    let mail = MessageParser::new().parse(&mail).unwrap();
    assert_eq!(mail.subject(), Some("Your payslip  Bcc: eve@example.org"));
    assert!(mail.bcc().is_none());
    assert!(!mail.body_text(0).unwrap().contains("until"));

    let mut command = with_portal(&folder, &portal.url);
    command
        .env("SEALPOST_EXPIRES", "7")
        .args(["seal", "-o", "b.eml"]);
    succeeded(&feed(&mut command, EMAIL.as_bytes()));
    let body: RegisterRequest = serde_json::from_slice(&portal.take()[0].body).unwrap();
    assert_eq!(body.expires_in_days, Some(7));
    let mail = fs::read(folder.path().join("b.eml")).unwrap();
    let mail = MessageParser::new().parse(&mail).unwrap();
    assert!(
        mail.body_text(0)
            .unwrap()
            .contains("until 25 December 2026, 10:15 UTC")
    );
    assert!(
        mail.body_html(0)
            .unwrap()
            .contains("until 25 December 2026, 10:15 UTC")
    );
}

#[test]
fn hostile_names_stay_names() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let email = "From: \"</title><script>alert(1)</script> \u{1f512}\" <ada@example.com>\r\n\
        To: \"<img src=x onerror=alert(1)>\" <bob@example.net>\r\n\r\nHello\r\n";
    let mut command = with_portal(&folder, &portal.url);
    command.args(["seal", "-o", "bob.eml", "--html", "message.html"]);
    succeeded(&feed(&mut command, email.as_bytes()));
    let page = fs::read_to_string(folder.path().join("message.html")).unwrap();
    assert!(page.is_ascii() && !page.contains("<script") && !page.contains("<img"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &#128274;"));
    let mail = fs::read(folder.path().join("bob.eml")).unwrap();
    let mail = MessageParser::new().parse(&mail).unwrap();
    let html = mail.body_html(0).unwrap();
    assert!(!html.contains("<script") && !html.contains("<img"));
    assert!(
        mail.from()
            .unwrap()
            .first()
            .unwrap()
            .name()
            .unwrap()
            .contains("<script>")
    );
}

#[test]
fn an_encoded_name_starts_no_header() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let email = "From: =?utf-8?q?Ada=0D=0ABcc:_eve@example.org?= <ada@example.com>\r\n\
        To: =?utf-8?q?Bob=0D=0A=0D=0ABody=00=7F?= <bob@example.net>, carol@example.org\r\n\r\nHello\r\n";
    let mut command = with_portal(&folder, &portal.url);
    succeeded(&feed(
        command.args(["seal", "-o", "a.eml"]),
        email.as_bytes(),
    ));
    let mail = fs::read(folder.path().join("a.eml")).unwrap();
    let mail = MessageParser::new().parse(&mail).unwrap();
    assert!(mail.bcc().is_none());
    assert_eq!(
        mail.from().unwrap().first().unwrap().name(),
        Some("Ada Bcc: eve@example.org")
    );
    assert_eq!(mail.to().unwrap().first().unwrap().name(), Some("Bob Body"));
}

#[test]
fn a_mail_that_many_servers_refuse_is_warned_about() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let email = format!("{EMAIL}{}", "0123456789abcdef\r\n".repeat(1_100_000));
    let mut command = with_portal(&folder, &portal.url);
    let output = feed(command.args(["seal", "-o", "a.eml"]), email.as_bytes());
    succeeded(&output);
    let text = stderr(&output);
    assert!(
        text.contains("warning: a carrier mail has 2") && text.contains("25.0 MB"),
        "{text}"
    );
}

#[test]
fn a_wrong_call_says_so_with_exit_code_two() {
    let folder = tempfile::tempdir().unwrap();
    let portal = FakePortal::accepting();
    let refused = |arguments: &[&str], token: &str, reason: &str| {
        let mut command = sealpost(&folder);
        command
            .arg("seal")
            .args(arguments)
            .env("SEALPOST_TOKEN", token);
        let text = failed(&feed(&mut command, EMAIL.as_bytes()), 2);
        assert!(text.contains(reason), "{text}");
    };
    refused(&["-o", "x.eml"], TOKEN, "No portal is set");
    refused(
        &["-o", "x.eml", "--portal", &portal.url],
        "",
        "No sender token is set",
    );
    refused(
        &["-o", "x.eml", "--portal", &portal.url],
        "not a token",
        "is not one",
    );
    let plain = "http://portal.example.com";
    refused(
        &["-o", "x.eml", "--portal", plain],
        TOKEN,
        "accepted for this machine only",
    );
    refused(&[], TOKEN, "--output");
    refused(
        &["-o", "x.eml", "--expires", "0"],
        TOKEN,
        "days from 1 to 730",
    );
    assert!(portal.take().is_empty() && names(folder.path()).is_empty());
}

#[test]
fn what_is_no_email_is_refused_before_anything_is_registered() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    for input in [
        b"".as_slice(),
        b"\x00\x01\x02\x03",
        b"From: ada@example.com\r\n\r\nno recipient",
    ] {
        let mut command = with_portal(&folder, &portal.url);
        failed(&feed(command.args(["seal", "-o", "x.eml"]), input), 1);
    }
    assert!(portal.take().is_empty() && names(folder.path()).is_empty());
}
