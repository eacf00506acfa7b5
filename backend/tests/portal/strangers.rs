//! Tests that an answer tells nobody who a message was sent to, or whether it exists.

use sealpost_api::ErrorCode;

use crate::support::{ANNA, EVE, Sealed, TestPortal};

#[tokio::test]
async fn a_stranger_gets_a_recipients_answer_and_no_mail() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let recipient = test.browser().challenge(&sealed, ANNA, 1).await;
    let stranger = test.browser().challenge(&sealed, EVE, 1).await;
    let (mut one, mut other) = (recipient.ok(), stranger.ok());
    for reference in [&mut one.reference, &mut other.reference] {
        assert_eq!(reference.len(), 7);
        reference.clear();
    }
    assert_eq!(one, other);
    assert_eq!(recipient.raw.body.len(), stranger.raw.body.len());
    let shape = |answer: &crate::support::Raw| -> Vec<(String, usize)> {
        let headers = answer.headers.iter();
        headers
            .map(|(name, value)| (name.to_string(), value.len()))
            .collect()
    };
    assert_eq!(shape(&recipient.raw), shape(&stranger.raw));

    let sizes = test
        .sql::<i64>("SELECT LENGTH(payload) FROM mail_queue")
        .await;
    assert_eq!(sizes.len(), 2);
    assert_eq!(sizes[0], sizes[1]);
    let mails = test.deliver().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ANNA);
    assert!(
        test.sql::<Vec<u8>>("SELECT id FROM mail_queue")
            .await
            .is_empty(),
        "both rows are gone"
    );
}

#[tokio::test]
async fn a_strangers_tries_and_budgets_are_a_recipients() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut outcomes = Vec::new();
    for address in [ANNA, EVE] {
        let mut browser = test.browser();
        let mut codes = Vec::new();
        browser.challenge(&sealed, address, 1).await.ok();
        codes.push(browser.challenge(&sealed, address, 1).await.refused().code);
        for _ in 0..7 {
            let refused = browser
                .verify(&sealed, address, 1, "00000000")
                .await
                .refused();
            codes.push(refused.code);
        }
        for tab in 2..8 {
            let answer = browser.challenge(&sealed, address, tab).await;
            if answer.raw.status.is_success() {
                answer.ok();
            } else {
                codes.push(answer.code());
            }
        }
        outcomes.push(codes);
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert!(outcomes[0].contains(&ErrorCode::TooManyCodes));
}

#[tokio::test]
async fn an_unknown_message_and_a_wrong_tag_are_one_answer() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let unknown = Sealed::new(2);
    let wrong_tag = Sealed {
        tag: [0; 32],
        ..sealed
    };
    let mut bodies = Vec::new();
    for sealed in [unknown, wrong_tag] {
        let mut browser = test.browser();
        for answer in [
            browser.challenge(&sealed, ANNA, 1).await.raw,
            browser.verify(&sealed, ANNA, 1, "12345678").await.raw,
        ] {
            let mut refused = answer.refused();
            assert_eq!(refused.code, ErrorCode::UnknownMessage);
            refused.request_id.clear();
            let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            assert!(!names.contains(&"set-cookie".to_owned()));
            bodies.push((refused, names, answer.body.len()));
        }
        assert_eq!(browser.open(&sealed).await, Err(ErrorCode::UnknownMessage));
    }
    assert_eq!(bodies[0], bodies[2]);
    assert_eq!(bodies[1], bodies[3]);
}
