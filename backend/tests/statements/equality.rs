//! Tests that a stranger's address causes the statements that a recipient's causes, and an unknown message those of a wrong tag.

use sealpost_api::ErrorCode;

use crate::{
    recorder::Recorder,
    support::{ANNA, Caller, EVE, Sealed, TestPortal},
};

async fn codes(
    browser: &mut Caller<'_>,
    sealed: &Sealed,
    address: &str,
) -> Vec<Result<(), ErrorCode>> {
    let mut outcomes = Vec::new();
    for tab in [1, 1, 2, 3, 4, 5, 6] {
        let answer = browser.challenge(sealed, address, tab).await;
        outcomes.push(if answer.raw.status.is_success() {
            Ok(())
        } else {
            Err(answer.code())
        });
    }
    for tab in [1, 1, 1, 1, 1, 1, 9] {
        outcomes.push(Err(browser
            .verify(sealed, address, tab, "00000000")
            .await
            .code()));
    }
    outcomes
}

#[tokio::test]
async fn strangers_and_unknown_messages_cause_the_same_statements() {
    let recorder = Recorder::hold().await;
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    // The day's first challenge makes the day's key.
    test.browser()
        .challenge(&sealed, "first@example.org", 1)
        .await
        .ok();
    test.deliver().await;
    recorder.take();

    let mut runs = Vec::new();
    for address in [ANNA, EVE] {
        let mut browser = test.browser();
        let outcomes = codes(&mut browser, &sealed, address).await;
        let asked = recorder.take();
        let mails = test.deliver().await.len();
        // Mails are sent side by side, so their statements have no order among them.
        let mut sent = recorder.take();
        sent.sort();
        runs.push((outcomes, asked, sent, mails));
    }
    let (recipient, stranger) = (&runs[0], &runs[1]);
    assert_eq!(recipient.0, stranger.0, "the answers");
    assert_eq!(recipient.1, stranger.1, "the statements");
    assert_eq!(
        recipient.2, stranger.2,
        "the statements of the sending task"
    );
    assert_eq!(
        (recipient.3, stranger.3),
        (5, 5),
        "mails so far: the stranger added none"
    );

    // The control: the recorder sees what it should, and that two courses differ.
    for part in [
        "INSERT INTO mail_queue",
        "UPDATE passcode SET tries",
        "FROM budget_use",
        "FROM recipient",
    ] {
        assert!(
            recipient.1.iter().any(|statement| statement.contains(part)),
            "{part}: {:#?}",
            recipient.1
        );
    }
    let mut browser = test.browser();
    browser.address = "192.0.2.1".parse().unwrap();
    browser
        .challenge(&sealed, "third@example.org", 1)
        .await
        .ok();
    let sent = recorder.take();
    browser
        .challenge(&sealed, "third@example.org", 1)
        .await
        .refused();
    assert_ne!(sent, recorder.take());

    let unknown = Sealed::new(9);
    let wrong_tag = Sealed {
        tag: [0; 32],
        ..sealed
    };
    let mut runs = Vec::new();
    for sealed in [unknown, wrong_tag] {
        let mut browser = test.browser();
        browser.challenge(&sealed, ANNA, 1).await.refused();
        browser.verify(&sealed, ANNA, 1, "00000000").await.refused();
        assert_eq!(browser.open(&sealed).await, Err(ErrorCode::UnknownMessage));
        runs.push(recorder.take());
    }
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0].len(), 3, "{:#?}", runs[0]);
}
