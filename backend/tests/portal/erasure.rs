//! Tests of erasing: what is over is gone, and a recipient is still told what happened.

use sealpost_api::{
    ErrorCode,
    sender::{Register, RegisterRequest, Revoke, RevokeRequest, State, Status, StatusRequest},
};
use sealpost_portal::erasure::sweep;

use crate::support::{ANNA, Sealed, TestPortal};

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

async fn state(test: &TestPortal, sealed: &Sealed) -> State {
    let request = StatusRequest {
        id: sealed.id,
        recipient: None,
    };
    test.sealer().post::<Status>(&request).await.ok().state
}

#[tokio::test]
async fn an_expired_key_is_erased_and_its_recipient_told() {
    let test = TestPortal::start().await;
    let sealed = Sealed::new(1);
    let request = RegisterRequest {
        expires_in_days: Some(1),
        ..sealed.registration(&[ANNA])
    };
    test.sealer().post::<Register>(&request).await.ok();
    let kept = test.registered(2, &[ANNA]).await;
    test.clock.advance(DAY - 1);
    sweep(&test.portal).await.unwrap();
    assert_eq!(state(&test, &sealed).await, State::Active);
    test.clock.advance(1);
    sweep(&test.portal).await.unwrap();
    let gone =
        "SELECT release_key IS NULL AND digest IS NULL AND sender IS NULL FROM message ORDER BY id";
    assert_eq!(test.sql::<i64>(gone).await, [1, 0]);
    assert_eq!(state(&test, &sealed).await, State::Expired);

    // The mail for a message that is over names the organisation alone.
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    let mail = &test.deliver().await[0].raw;
    assert!(
        mail.contains("Sender Ltd") && !mail.contains("bob@"),
        "{mail}"
    );
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::Expired));
    browser.open(&kept).await.unwrap();
}

#[tokio::test]
async fn a_revoked_key_is_erased_when_its_grace_is_over() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let request = RevokeRequest {
        id: sealed.id,
        recipient: None,
        now: false,
    };
    test.sealer().post::<Revoke>(&request).await.ok();
    test.clock.advance(30 * DAY - 1);
    sweep(&test.portal).await.unwrap();
    assert_eq!(state(&test, &sealed).await, State::Revoked);
    test.clock.advance(1);
    assert_eq!(
        state(&test, &sealed).await,
        State::Erased,
        "before the sweep too"
    );
    sweep(&test.portal).await.unwrap();
    assert_eq!(state(&test, &sealed).await, State::Erased);
    assert_eq!(
        test.sql::<Option<Vec<u8>>>("SELECT release_key FROM message")
            .await,
        [None]
    );
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::Revoked));
}

#[tokio::test]
async fn codes_their_mail_sessions_and_counters_go_when_they_are_over() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    test.browser().challenge(&sealed, ANNA, 1).await.ok();
    let counts = "SELECT (SELECT COUNT(*) FROM passcode) || ' ' || (SELECT COUNT(*) FROM mail_queue) || ' ' || \
         (SELECT COUNT(*) FROM session) || ' ' || (SELECT COUNT(*) FROM budget_use) || ' ' || \
         (SELECT COUNT(*) FROM client_key)";
    sweep(&test.portal).await.unwrap();
    assert_eq!(test.sql::<String>(counts).await, ["1 1 1 3 1"]);
    test.clock.advance(10 * MINUTE);
    sweep(&test.portal).await.unwrap();
    assert_eq!(test.sql::<String>(counts).await, ["0 0 1 3 1"]);
    test.clock.advance(20 * MINUTE);
    sweep(&test.portal).await.unwrap();
    assert_eq!(test.sql::<String>(counts).await, ["0 0 0 3 1"]);
    test.clock.advance(DAY - 30 * MINUTE);
    sweep(&test.portal).await.unwrap();
    assert_eq!(test.sql::<String>(counts).await, ["0 0 0 0 0"]);
}

#[tokio::test]
async fn a_networks_hash_means_nothing_the_next_day() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    test.browser().challenge(&sealed, ANNA, 1).await.ok();
    test.clock.advance(DAY);
    test.browser().challenge(&sealed, ANNA, 1).await.ok();
    // Message and sender keep their buckets, the network has a new one.
    let buckets = test
        .sql::<i64>("SELECT COUNT(DISTINCT bucket) FROM budget_use")
        .await;
    assert_eq!(buckets, [4]);
    sweep(&test.portal).await.unwrap();
    assert_eq!(
        test.sql::<i64>("SELECT COUNT(*) FROM client_key").await,
        [1]
    );
}
