//! Tests of the audit: every outcome is there, and no address or id.

use sealpost_api::ErrorCode;
use sealpost_portal::erasure::sweep;

use crate::support::{ANNA, EVE, Sealed, TestPortal};

#[tokio::test]
async fn every_outcome_of_a_release_is_audited() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let other = test.registered(2, &[EVE]).await;
    let mut browser = test.browser();
    assert_eq!(
        browser.open(&Sealed::new(9)).await,
        Err(ErrorCode::UnknownMessage)
    );
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    browser.sign_in(&sealed, ANNA).await;
    assert_eq!(browser.open(&other).await, Err(ErrorCode::NotARecipient));
    browser.open(&sealed).await.unwrap();
    sweep(&test.portal).await.unwrap();
    let outcomes = test
        .sql::<String>("SELECT outcome FROM audit WHERE event = 'release' ORDER BY rowid")
        .await;
    let mut outcomes = outcomes;
    outcomes[2..].sort();
    assert_eq!(
        outcomes,
        [
            "not_a_recipient",
            "done",
            "not_signed_in",
            "unknown_message"
        ],
        "what anyone can cause comes with the sweep"
    );
    let events = test
        .sql::<String>("SELECT event || ' ' || outcome FROM audit ORDER BY rowid")
        .await;
    for event in ["register done", "challenge done", "verify done"] {
        assert!(
            events.iter().any(|found| found == event),
            "{event} is not in {events:?}"
        );
    }
}

#[tokio::test]
async fn any_number_of_refusals_that_change_nothing_is_one_row_of_each_kind() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let audit = "SELECT event || ' ' || outcome || ' ' || count || ' ' || (message IS NOT NULL) \
         FROM audit ORDER BY 1";
    test.browser().challenge(&sealed, ANNA, 1).await.ok();
    let before = test.sql::<String>(audit).await;
    for number in 10..60 {
        let mut browser = test.browser();
        browser.open(&Sealed::new(number)).await.unwrap_err();
        browser.open(&sealed).await.unwrap_err();
        browser.challenge(&sealed, ANNA, 1).await.refused();
        let tried = browser.verify(&sealed, ANNA, 1, "00000000").await;
        tried.refused();
    }
    assert_eq!(test.sql::<String>(audit).await, before, "nothing for each");
    sweep(&test.portal).await.unwrap();
    let mut rows = test.sql::<String>(audit).await;
    rows.retain(|row| !before.contains(row));
    assert_eq!(
        rows,
        [
            "challenge too_soon 50 1",
            "release not_signed_in 50 1",
            "release unknown_message 50 0",
            "verify code_expired 50 1",
        ]
    );
    sweep(&test.portal).await.unwrap();
    assert_eq!(
        test.sql::<i64>("SELECT COUNT(*) FROM audit").await,
        [6],
        "not twice"
    );
}

#[tokio::test]
async fn the_audit_is_erased_after_its_days_and_a_message_is_still_known() {
    let test = TestPortal::start_with("audit_days = 2").await;
    let sealed = test.registered(1, &[ANNA]).await;
    let rows = "SELECT COUNT(*) FROM audit";
    test.clock.advance(2 * 24 * 60 * 60 - 1);
    sweep(&test.portal).await.unwrap();
    assert_eq!(test.sql::<i64>(rows).await, [1]);
    test.clock.advance(1);
    sweep(&test.portal).await.unwrap();
    assert_eq!(test.sql::<i64>(rows).await, [0]);
    assert_eq!(
        test.browser().open(&sealed).await,
        Err(ErrorCode::NotSignedIn)
    );
}

#[tokio::test]
async fn the_audit_knows_messages_and_addresses_by_keyed_hash() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    test.browser().challenge(&sealed, ANNA, 1).await.ok();
    let messages = test
        .sql::<Vec<u8>>("SELECT DISTINCT message FROM audit")
        .await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].len(), 32);
    assert_ne!(&messages[0][..16], sealed.id.as_bytes());
    let addresses = test
        .sql::<Vec<u8>>("SELECT address FROM audit WHERE address IS NOT NULL")
        .await;
    let recipients = test.sql::<Vec<u8>>("SELECT address FROM recipient").await;
    assert_eq!(addresses, recipients);
}
