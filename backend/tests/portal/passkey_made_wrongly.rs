//! Tests of making a passkey wrongly: the answer is one and the same, the audit says why, and nothing is kept.

use sealpost_api::{Bounded, Endpoint, ErrorCode, passkey::PasskeyMakeFinish};
use sealpost_portal::erasure::sweep;

use crate::{
    passkey::enrolled,
    passkey_authenticator::{Authenticator, Key},
    passkey_refusals::{assert_refused, last_outcome},
    support::{ANNA, TestPortal},
};

const MINUTE: i64 = 60;

/// What a registration must not be.
struct Wrong {
    what: &'static str,
    reason: &'static str,
    authenticator: fn(&mut Authenticator),
}

const WRONG: &[Wrong] = &[
    Wrong {
        what: "the person not verified",
        reason: "not_verified",
        authenticator: |it| it.is_verified = false,
    },
    Wrong {
        what: "nobody there",
        reason: "not_verified",
        authenticator: |it| it.is_present = false,
    },
    Wrong {
        what: "another origin",
        reason: "origin",
        authenticator: |it| it.origin = "https://portal.example.org".to_owned(),
    },
    Wrong {
        what: "a frame in another site",
        reason: "origin",
        authenticator: |it| it.is_cross_origin = true,
    },
    Wrong {
        what: "another relying party",
        reason: "relying_party",
        authenticator: |it| it.rp_id = Some("example.com".to_owned()),
    },
    Wrong {
        what: "another challenge",
        reason: "challenge",
        authenticator: |it| it.challenge = Some(vec![1; 16]),
    },
    Wrong {
        what: "the client data of a use",
        reason: "malformed",
        authenticator: |it| it.kind = Some("webauthn.get"),
    },
    Wrong {
        what: "an id that is too short",
        reason: "malformed",
        authenticator: |it| it.id = vec![5; 8],
    },
    Wrong {
        what: "an id that is taken",
        reason: "registered",
        authenticator: |it| it.id = vec![1; 32],
    },
];

#[tokio::test]
async fn every_wrong_registration_gets_the_same_answer_and_leaves_nothing() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (mut browser, _) = enrolled(&test, &sealed, ANNA, 1).await;
    for wrong in WRONG {
        let what = wrong.what;
        let options = browser.make_start().await.ok();
        let mut authenticator = Authenticator::new(Key::es256(2), 2);
        (wrong.authenticator)(&mut authenticator);
        let made = authenticator.make(&options);
        assert_refused(&browser.make_finish(&made).await, what);
        sweep(&test.portal).await.unwrap();
        let reason = format!("passkey_refused: {}", wrong.reason);
        assert_eq!(last_outcome(&test).await, reason, "{what}");
        assert_eq!(test.sql::<i64>("SELECT COUNT(*) FROM passkey").await, [1]);
    }

    // An id other than the one that was attested.
    let options = browser.make_start().await.ok();
    let mut made = Authenticator::new(Key::es256(2), 2).make(&options);
    made.id = Bounded::new(vec![3; 32]).unwrap();
    assert_refused(&browser.make_finish(&made).await, "another id");
    // The same one twice.
    let options = browser.make_start().await.ok();
    let made = Authenticator::new(Key::es256(2), 2).make(&options);
    browser.make_finish(&made).await.ok();
    assert_refused(&browser.make_finish(&made).await, "for the second time");
    // Five minutes late.
    let options = browser.make_start().await.ok();
    let made = Authenticator::new(Key::es256(3), 3).make(&options);
    test.clock.advance(5 * MINUTE);
    assert_refused(&browser.make_finish(&made).await, "late");
}

#[tokio::test]
async fn a_body_over_its_limit_is_no_request() {
    let test = TestPortal::start().await;
    let mut browser = test.browser();
    let long = "A".repeat(4096 / 3 * 4 + 8);
    let body = format!(r#"{{"id":"AAAA","client_data":"{long}","attestation":"AAAA"}}"#);
    let path = PasskeyMakeFinish::PATH;
    let json = [("content-type", "application/json")];
    let raw = browser.send("POST", path, &json, body.into_bytes()).await;
    assert_eq!(raw.refused().code, ErrorCode::BadRequest);
}
