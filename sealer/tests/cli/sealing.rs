//! `sealpost seal`: what is registered, what is written, and what is not.

use std::fs;

use mail_parser::MessageParser;
use sealpost_api::{ErrorCode, sender::RegisterRequest};
use sealpost_crypto::key_schedule::{possession_hash, possession_tag};
use sealpost_envelope::Preamble;

use crate::{
    EMAIL, TOKEN, failed,
    fake_portal::{Answer, FakePortal},
    feed, names, scan, sealpost, stderr, succeeded, with_portal,
};

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
