//! Tests of the audit: every outcome is there, and no address or id.

use sealpost_api::ErrorCode;

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
    let outcomes = test
        .sql::<String>("SELECT outcome FROM audit WHERE event = 'release' ORDER BY rowid")
        .await;
    assert_eq!(
        outcomes,
        [
            "unknown_message",
            "not_signed_in",
            "not_a_recipient",
            "done"
        ]
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
