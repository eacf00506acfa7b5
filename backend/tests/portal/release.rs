//! Tests of release, revocation, restoring and status: who gets a key, in which state of the message, and what a refusal says.

use sealpost_api::{
    ClientNonce, ErrorCode, PublicKey,
    recipient::{Release, ReleaseRequest},
    sender::{
        Register, RegisterRequest, Restore, RestoreRequest, Revoke, RevokeRequest, State, Status,
        StatusRequest, StatusResponse,
    },
};

use crate::support::{ANNA, EVE, Sealed, TestPortal};

const DAY: i64 = 24 * 60 * 60;

fn revoke(sealed: &Sealed, recipient: Option<&str>, now: bool) -> RevokeRequest {
    RevokeRequest {
        id: sealed.id,
        recipient: recipient.map(str::to_owned),
        now,
    }
}

fn restore(sealed: &Sealed, recipient: Option<&str>, days: Option<u32>) -> RestoreRequest {
    RestoreRequest {
        id: sealed.id,
        recipient: recipient.map(str::to_owned),
        expires_in_days: days,
    }
}

async fn status(test: &TestPortal, sealed: &Sealed, recipient: Option<&str>) -> StatusResponse {
    let request = StatusRequest {
        id: sealed.id,
        recipient: recipient.map(str::to_owned),
    };
    test.sealer().post::<Status>(&request).await.ok()
}

async fn registered_for(test: &TestPortal, number: u8, days: u32) -> Sealed {
    let sealed = Sealed::new(number);
    let request = RegisterRequest {
        expires_in_days: Some(days),
        ..sealed.registration(&[ANNA, EVE])
    };
    test.sealer().post::<Register>(&request).await.ok();
    sealed
}

#[tokio::test]
async fn refusals_come_in_their_order() {
    let test = TestPortal::start().await;
    let revoked_and_expired = registered_for(&test, 1, 1).await;
    test.sealer()
        .post::<Revoke>(&revoke(&revoked_and_expired, None, false))
        .await
        .ok();
    let expired = registered_for(&test, 2, 1).await;
    test.clock.advance(DAY);

    let wrong_tag = Sealed {
        tag: [0; 32],
        ..expired
    };
    let mut browser = test.browser();
    assert_eq!(
        browser.open(&wrong_tag).await,
        Err(ErrorCode::UnknownMessage)
    );
    assert_eq!(browser.open(&expired).await, Err(ErrorCode::NotSignedIn));
    let other = test.registered(3, &["carol@example.org"]).await;
    browser.sign_in(&other, "carol@example.org").await;
    assert_eq!(
        browser.open(&revoked_and_expired).await,
        Err(ErrorCode::NotARecipient)
    );
    assert_eq!(browser.open(&expired).await, Err(ErrorCode::NotARecipient));
    browser.sign_in(&expired, ANNA).await;
    assert_eq!(
        browser.open(&revoked_and_expired).await,
        Err(ErrorCode::Revoked)
    );
    assert_eq!(browser.open(&expired).await, Err(ErrorCode::Expired));
}

#[tokio::test]
async fn a_revoked_message_is_not_released_until_it_is_restored() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA, EVE]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    browser.open(&sealed).await.unwrap();

    let answer = test
        .sealer()
        .post::<Revoke>(&revoke(&sealed, None, false))
        .await
        .ok();
    assert_eq!(answer.state, State::Revoked);
    assert_eq!(answer.erases.as_deref(), Some("2027-02-14T08:00:00Z"));
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::Revoked));
    // A second revocation does not move the erasure.
    test.clock.advance(60);
    let again = test
        .sealer()
        .post::<Revoke>(&revoke(&sealed, None, false))
        .await
        .ok();
    assert_eq!(again.erases, answer.erases);

    let answer = test
        .sealer()
        .post::<Restore>(&restore(&sealed, None, None))
        .await
        .ok();
    assert_eq!((answer.state, answer.erases), (State::Active, None));
    browser.open(&sealed).await.unwrap();
}

#[tokio::test]
async fn one_recipient_is_revoked_and_restored_without_the_others() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA, EVE]).await;
    let (mut anna, mut eve) = (test.browser(), test.browser());
    anna.sign_in(&sealed, ANNA).await;
    eve.sign_in(&sealed, EVE).await;

    let answer = test
        .sealer()
        .post::<Revoke>(&revoke(&sealed, Some("EVE@example.net"), false))
        .await;
    assert_eq!(
        (answer.ok().state, answer.ok().recipients),
        (State::Revoked, 1)
    );
    assert_eq!(eve.open(&sealed).await, Err(ErrorCode::Revoked));
    anna.open(&sealed).await.unwrap();
    assert_eq!(status(&test, &sealed, None).await.state, State::Active);
    assert_eq!(
        status(&test, &sealed, Some(ANNA)).await.state,
        State::Active
    );
    assert_eq!(
        status(&test, &sealed, Some(EVE)).await.state,
        State::Revoked
    );

    test.sealer()
        .post::<Restore>(&restore(&sealed, Some(EVE), None))
        .await
        .ok();
    eve.open(&sealed).await.unwrap();
    assert_eq!(status(&test, &sealed, Some(EVE)).await.releases, 1);

    let mut caller = test.sealer();
    let nobody = Some("carol@example.org");
    assert_eq!(
        caller
            .post::<Revoke>(&revoke(&sealed, nobody, false))
            .await
            .code(),
        ErrorCode::NotARecipient
    );
    assert_eq!(
        caller
            .post::<Revoke>(&revoke(&sealed, Some("carol"), false))
            .await
            .code(),
        ErrorCode::BadAddress
    );
    assert_eq!(
        caller
            .post::<Revoke>(&revoke(&sealed, Some(EVE), true))
            .await
            .code(),
        ErrorCode::BadRequest
    );
    assert_eq!(
        caller
            .post::<Restore>(&restore(&sealed, Some(EVE), Some(3)))
            .await
            .code(),
        ErrorCode::BadRequest
    );
}

#[tokio::test]
async fn revoking_now_erases_the_key_for_good() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    let answer = test
        .sealer()
        .post::<Revoke>(&revoke(&sealed, None, true))
        .await
        .ok();
    assert_eq!((answer.state, answer.erases), (State::Erased, None));
    assert_eq!(
        test.sql::<Option<Vec<u8>>>("SELECT release_key FROM message")
            .await,
        [None]
    );
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::Revoked));
    let mut caller = test.sealer();
    assert_eq!(
        caller
            .post::<Restore>(&restore(&sealed, None, None))
            .await
            .code(),
        ErrorCode::Erased
    );
    let again = caller.post::<Register>(&sealed.registration(&[ANNA])).await;
    assert_eq!(again.code(), ErrorCode::Erased);
}

#[tokio::test]
async fn without_grace_revoking_erases_at_once() {
    let test = TestPortal::start_with("grace_days = 0").await;
    let sealed = test.registered(1, &[ANNA]).await;
    let answer = test
        .sealer()
        .post::<Revoke>(&revoke(&sealed, None, false))
        .await
        .ok();
    assert_eq!(answer.state, State::Erased);
    assert_eq!(
        test.sql::<Option<Vec<u8>>>("SELECT release_key FROM message")
            .await,
        [None]
    );
}

#[tokio::test]
async fn a_message_expires_to_the_second_and_stays_so() {
    let test = TestPortal::start().await;
    let sealed = registered_for(&test, 1, 1).await;
    test.clock.advance(DAY - 1);
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    browser.open(&sealed).await.unwrap();
    test.clock.advance(1);
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::Expired));
    assert_eq!(status(&test, &sealed, None).await.state, State::Expired);
    let answer = test
        .sealer()
        .post::<Restore>(&restore(&sealed, None, Some(7)))
        .await;
    assert_eq!(answer.code(), ErrorCode::Expired);
}

#[tokio::test]
async fn an_expiry_can_be_moved_while_the_key_exists() {
    let test = TestPortal::start().await;
    let sealed = registered_for(&test, 1, 1).await;
    let answer = test
        .sealer()
        .post::<Restore>(&restore(&sealed, None, Some(3)))
        .await
        .ok();
    assert_eq!(answer.expires.as_deref(), Some("2027-01-18T08:00:00Z"));
    test.clock.advance(2 * DAY);
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    browser.open(&sealed).await.unwrap();
    let answer = test
        .sealer()
        .post::<Restore>(&restore(&sealed, None, Some(731)))
        .await;
    assert_eq!(answer.code(), ErrorCode::BadRequest);
}

#[tokio::test]
async fn status_counts_releases() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA, EVE]).await;
    let before = status(&test, &sealed, None).await;
    assert_eq!(
        (before.recipients, before.releases, before.last_release),
        (2, 0, None)
    );
    assert_eq!(before.registered, "2027-01-15T08:00:00Z");
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    browser.open(&sealed).await.unwrap();
    test.clock.advance(60);
    browser.open(&sealed).await.unwrap();
    let after = status(&test, &sealed, None).await;
    assert_eq!((after.recipients, after.releases), (2, 2));
    assert_eq!(after.last_release.as_deref(), Some("2027-01-15T08:01:00Z"));
    assert_eq!(status(&test, &sealed, Some(EVE)).await.releases, 0);
    assert_eq!(status(&test, &sealed, Some(ANNA)).await.releases, 2);
}

#[tokio::test]
async fn a_public_key_that_is_none_gets_nothing() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    // Small-order points: the shared secret would be zero (RFC 7748, section 6.1).
    let mut one = [0; 32];
    one[0] = 1;
    for key in [[0; 32], one] {
        let request = ReleaseRequest {
            possession: sealed.possession(),
            nonce: ClientNonce::new([1; 32]),
            public_key: PublicKey::new(key),
        };
        assert_eq!(
            browser.post::<Release>(&request).await.code(),
            ErrorCode::BadRequest
        );
    }
    assert_eq!(status(&test, &sealed, None).await.releases, 0);
}

#[tokio::test]
async fn every_release_is_sealed_afresh() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    let mut base = [0; 32];
    base[0] = 9;
    let request = ReleaseRequest {
        possession: sealed.possession(),
        nonce: ClientNonce::new([1; 32]),
        public_key: PublicKey::new(base),
    };
    let first = browser.post::<Release>(&request).await.ok();
    let second = browser.post::<Release>(&request).await.ok();
    assert_ne!(first.enc, second.enc);
    assert_ne!(first.sealed, second.sealed);
}
