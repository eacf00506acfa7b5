//! Tests of the mail queue: it survives a restart, tries again until the code expires, and says what it should.

use std::sync::atomic::Ordering;

use sealpost_portal::mail::SendError;

use crate::support::{ANNA, EVE, TestPortal};

#[tokio::test]
async fn queued_mail_survives_a_restart() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let cookie = browser.cookie.clone();
    let test = test.restart().await;
    let mails = test.deliver().await;
    assert_eq!(mails.len(), 1);
    let mut browser = test.browser();
    browser.cookie = cookie;
    browser.verify(&sealed, ANNA, 1, &mails[0].code).await.ok();
    browser.open(&sealed).await.unwrap();
}

#[tokio::test]
async fn mail_is_tried_again_until_its_code_expires() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    test.browser().challenge(&sealed, ANNA, 1).await.ok();
    *test.mailbox.answer.lock().unwrap() = Some(SendError::Transient);
    test.deliver().await;
    test.deliver().await;
    assert_eq!(
        test.mailbox.attempts.load(Ordering::SeqCst),
        1,
        "not again at once"
    );
    test.clock.advance(5);
    test.deliver().await;
    assert_eq!(test.mailbox.attempts.load(Ordering::SeqCst), 2);
    for _ in 0..600 {
        test.clock.advance(1);
        test.deliver().await;
    }
    let attempts = test.mailbox.attempts.load(Ordering::SeqCst);
    assert!((8..=14).contains(&attempts), "{attempts}");
    assert!(
        test.sql::<Vec<u8>>("SELECT id FROM mail_queue")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn mail_arrives_once_the_server_is_back_and_is_erased() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    test.browser().challenge(&sealed, ANNA, 1).await.ok();
    *test.mailbox.answer.lock().unwrap() = Some(SendError::Transient);
    test.deliver().await;
    *test.mailbox.answer.lock().unwrap() = None;
    test.clock.advance(5);
    assert_eq!(test.deliver().await.len(), 1);
    assert!(
        test.sql::<Vec<u8>>("SELECT id FROM mail_queue")
            .await
            .is_empty()
    );
    test.clock.advance(60);
    assert_eq!(test.deliver().await.len(), 1, "not twice");
}

#[tokio::test]
async fn mail_that_the_server_refuses_is_not_tried_again() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    test.browser().challenge(&sealed, ANNA, 1).await.ok();
    *test.mailbox.answer.lock().unwrap() = Some(SendError::Permanent);
    test.deliver().await;
    assert!(
        test.sql::<Vec<u8>>("SELECT id FROM mail_queue")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn rows_have_one_size_whatever_they_hold() {
    let test = TestPortal::start().await;
    let long = format!("{}@{}.example", "l".repeat(64), "d".repeat(63));
    let sealed = test.registered(1, &[ANNA, &long]).await;
    for address in [ANNA, &long, EVE, "\"a b\"@example.org"] {
        test.browser().challenge(&sealed, address, 1).await.ok();
    }
    let sizes = test
        .sql::<i64>("SELECT DISTINCT LENGTH(payload) FROM mail_queue")
        .await;
    assert_eq!(sizes.len(), 1, "{sizes:?}");
}

#[tokio::test]
async fn the_mail_says_who_asked_and_what_to_do_and_has_no_link() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let asked = test.browser().challenge(&sealed, ANNA, 1).await.ok();
    let mail = &test.deliver().await[0];
    for part in [
        "From: \"Example Portal\" <no-reply@example.com>",
        "To: anna@example.org",
        "Auto-Submitted: auto-generated",
        "Date: Fri, 15 Jan 2027 08:00:00 +0000",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "Sender Ltd (bob@sender.example)",
        "If that was not you",
        "help@example.com",
        &asked.reference,
        &mail.code,
    ] {
        assert!(mail.raw.contains(part), "{part} is not in\n{}", mail.raw);
    }
    for part in ["http:", "https:", "href", "src=", "portal.example.com"] {
        assert!(!mail.raw.contains(part), "{part} is in\n{}", mail.raw);
    }
    let id = mail
        .raw
        .lines()
        .find(|line| line.starts_with("Message-ID: <"))
        .unwrap();
    assert!(id.ends_with("@example.com>"), "{id}");
}
