//! Tests of the mail queue: it survives a restart, tries again until the code expires, and says what it should.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use sealpost_portal::mail::{self, SendError, Transport};
use tokio::sync::watch;

use crate::support::{ANNA, EVE, Sealed, TestPortal};

/// Queues a mail to each of `recipients`.
async fn ask(test: &TestPortal, sealed: &Sealed, recipients: &[&str]) {
    for recipient in recipients {
        test.browser().challenge(sealed, recipient, 1).await.ok();
    }
}

fn recipients(count: u8) -> Vec<String> {
    (0..count)
        .map(|number| format!("r{number}@example.org"))
        .collect()
}

#[tokio::test]
async fn a_strangers_mail_keeps_its_place_as_long_as_a_recipients() {
    for wait in [0, 150] {
        let test = TestPortal::start().await;
        let sealed = test.registered(1, &[ANNA]).await;
        *test.mailbox.delay.lock().unwrap() = Duration::from_millis(wait);
        ask(&test, &sealed, &[ANNA]).await;
        test.deliver().await;
        ask(&test, &sealed, &[EVE]).await;
        let start = Instant::now();
        assert_eq!(test.deliver().await.len(), 1, "nobody is mailed");
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(wait), "{took:?}");
    }
}

#[tokio::test]
async fn a_strangers_mail_waits_for_a_server_that_is_away() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    *test.mailbox.answer.lock().unwrap() = Some(SendError::Transient);
    ask(&test, &sealed, &[ANNA]).await;
    test.deliver().await;
    ask(&test, &sealed, &[EVE]).await;
    test.deliver().await;
    let waits = "SELECT next_attempt FROM mail_queue";
    let waits = test.sql::<i64>(waits).await;
    assert_eq!((waits.len(), waits[0]), (2, waits[1]));
}

#[tokio::test]
async fn a_slow_mail_keeps_one_place_and_the_others_go_on() {
    let test = TestPortal::start().await;
    let names = recipients(21);
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let sealed = test.registered(1, &names).await;
    *test.mailbox.delay.lock().unwrap() = Duration::from_mins(10);
    ask(&test, &sealed, &names[..1]).await;
    let (_go_on, stopped) = watch::channel(false);
    let transport: Arc<dyn Transport> = test.mailbox.clone();
    let queue = tokio::spawn(mail::run(test.portal.clone(), transport, stopped));
    while test.mailbox.under_way.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    *test.mailbox.delay.lock().unwrap() = Duration::from_millis(20);
    ask(&test, &sealed, &names[1..]).await;
    let start = Instant::now();
    while test.mailbox.mails.lock().unwrap().len() < 20 {
        assert!(start.elapsed() < Duration::from_mins(1), "they wait");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(test.mailbox.under_way.load(Ordering::SeqCst), 1);
    assert!(test.mailbox.most_under_way.load(Ordering::SeqCst) <= 8);
    queue.abort();
}

#[tokio::test]
async fn what_goes_wrong_with_one_mail_does_not_cut_off_the_others() {
    let test = TestPortal::start().await;
    let broken = test.registered(1, &[ANNA]).await;
    let sealed = test.registered(2, &[ANNA, EVE]).await;
    ask(&test, &broken, &[ANNA]).await;
    ask(&test, &sealed, &[ANNA, EVE]).await;
    // Reading this message is an error of the database.
    test.sql::<i64>(
        "UPDATE message SET digest = X'00' WHERE id = X'01010101010101010101010101010101'",
    )
    .await;
    *test.mailbox.delay.lock().unwrap() = Duration::from_millis(100);
    assert_eq!(test.deliver().await.len(), 2);
    let left = test.sql::<i64>("SELECT COUNT(*) FROM mail_queue").await;
    assert_eq!(left, [1], "the broken one waits for the end of its lease");
}

#[tokio::test]
async fn told_to_stop_the_queue_finishes_what_is_under_way_and_begins_nothing() {
    let test = TestPortal::start().await;
    let names = recipients(20);
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let sealed = test.registered(1, &names).await;
    *test.mailbox.delay.lock().unwrap() = Duration::from_secs(1);
    ask(&test, &sealed, &names).await;
    let (stop, stopped) = watch::channel(false);
    let transport: Arc<dyn Transport> = test.mailbox.clone();
    let queue = tokio::spawn(mail::run(test.portal.clone(), transport, stopped));
    while test.mailbox.under_way.load(Ordering::SeqCst) < 8 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(true).unwrap();
    queue.await.unwrap();
    assert_eq!(test.mailbox.mails.lock().unwrap().len(), 8);
    let left = test.sql::<i64>("SELECT COUNT(*) FROM mail_queue").await;
    assert_eq!(left, [12], "for the next start");
}

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
