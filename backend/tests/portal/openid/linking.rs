//! Tests of kept proofs: from an account to one address, never back, and not for ever.

use sealpost_api::{
    ErrorCode,
    account::{Me, MeRequest},
};
use serde_json::{Value, json};

use super::{hospital, hospital_with, person};
use crate::support::{ANNA, EVE, TestPortal};

const DAY: i64 = 24 * 60 * 60;
const ANA: &str = "ana@hospital.example";

/// The claims as they are now: the test's clock moved.
fn at(test: &TestPortal, mut claims: Value) -> Value {
    use sealpost_portal::Clock;
    let now = test.clock.now().as_second();
    claims["iat"] = now.into();
    claims["exp"] = (now + 300).into();
    claims
}

#[tokio::test]
async fn an_address_proved_by_a_code_and_kept_opens_with_the_account_next_time() {
    let (test, provider) = hospital().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let claims = person("ana", ANA);
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", claims.clone())
        .await;
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::NotARecipient));
    browser.prove(&sealed, ANNA, true).await;
    browser.open(&sealed).await.unwrap();
    let session = browser.session().await;
    assert!(session.account.is_some(), "a code keeps the account");

    let mut next = test.browser();
    test.clock.advance(89 * DAY);
    next.sign_in_at(&provider, "hospital", at(&test, claims.clone()))
        .await;
    next.open(&sealed).await.unwrap();
    // Using it does not make it younger.
    test.clock.advance(DAY);
    let mut late = test.browser();
    late.sign_in_at(&provider, "hospital", at(&test, claims))
        .await;
    assert_eq!(late.open(&sealed).await, Err(ErrorCode::NotARecipient));
}

#[tokio::test]
async fn nothing_is_kept_unless_asked_for() {
    let (test, provider) = hospital().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    browser.prove(&sealed, ANNA, false).await;
    browser.open(&sealed).await.unwrap();
    let mut next = test.browser();
    next.sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    assert_eq!(next.open(&sealed).await, Err(ErrorCode::NotARecipient));
    // Without an account there is nothing to keep it for.
    let mut alone = test.browser();
    test.clock.advance(60);
    alone.prove(&sealed, ANNA, true).await;
    assert_eq!(test.sql::<i64>("SELECT COUNT(*) FROM proof").await, [0]);
}

#[tokio::test]
async fn a_group_address_is_never_kept() {
    let (test, provider) = hospital().await;
    let sealed = test.registered(1, &["Info@example.org", ANNA]).await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    browser.prove(&sealed, "info@example.org", true).await;
    browser.open(&sealed).await.unwrap();
    assert_eq!(test.sql::<i64>("SELECT COUNT(*) FROM proof").await, [0]);
    // The control.
    browser.prove(&sealed, ANNA, true).await;
    assert_eq!(test.sql::<i64>("SELECT COUNT(*) FROM proof").await, [1]);
}

#[tokio::test]
async fn a_rule_may_keep_nothing_or_keep_shorter_and_is_asked_at_each_release() {
    let rule = |days: u32| format!("[[rule]]\ndomains = [\"example.org\"]\nproof_days = {days}");
    let (test, provider) = hospital_with(&rule(0)).await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    browser.prove(&sealed, ANNA, true).await;
    browser.open(&sealed).await.unwrap();
    assert_eq!(test.sql::<i64>("SELECT COUNT(*) FROM proof").await, [0]);

    // Kept for 30 days; then the operator wants 7.
    let (test, provider) = hospital_with(&rule(30)).await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    browser.prove(&sealed, ANNA, true).await;
    test.clock.advance(8 * DAY);
    let mut next = test.browser();
    next.sign_in_at(&provider, "hospital", at(&test, person("ana", ANA)))
        .await;
    next.open(&sealed).await.unwrap();
    let cookie = next.cookie.clone();
    let test = test.restart_with("proof_days = 30", "proof_days = 7").await;
    let mut next = test.browser();
    next.cookie = cookie;
    assert_eq!(next.open(&sealed).await, Err(ErrorCode::WayNotAllowed));
}

#[tokio::test]
async fn a_proof_leads_from_the_account_to_the_address_and_never_back() {
    let (test, provider) = hospital().await;
    let first = test.registered(1, &[ANNA]).await;
    let second = test.registered(2, &[ANA]).await;
    let third_message = test.registered(3, &[EVE]).await;
    let mut ana = test.browser();
    ana.sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    ana.prove(&first, ANNA, true).await;
    ana.prove(&third_message, EVE, true).await;

    // Whoever reads Anna's mailbox proves her address, and gets nothing of the account that keeps it.
    test.clock.advance(60);
    let mut other = test.browser();
    other.prove(&first, ANNA, false).await;
    other.open(&first).await.unwrap();
    assert_eq!(other.open(&second).await, Err(ErrorCode::NotARecipient));
    assert_eq!(
        other.open(&third_message).await,
        Err(ErrorCode::NotARecipient)
    );
    let known = other.post::<Me>(&MeRequest {}).await.ok();
    assert_eq!(
        (known.proofs.len(), known.addresses, known.sessions),
        (0, 1, 1)
    );
    assert!(known.account.is_none());

    // Another account that proves the same address has its own proofs only.
    let mut third = test.browser();
    third
        .sign_in_at(&provider, "hospital", person("eve", "eve@hospital.example"))
        .await;
    test.clock.advance(60);
    third.prove(&first, ANNA, true).await;
    third.open(&first).await.unwrap();
    assert_eq!(
        third.open(&third_message).await,
        Err(ErrorCode::NotARecipient)
    );
    assert_eq!(third.post::<Me>(&MeRequest {}).await.ok().proofs.len(), 1);
}

#[tokio::test]
async fn the_same_subject_at_another_issuer_is_another_account() {
    let (clinic, section) = {
        let clinic = super::FakeProvider::start("https://id.clinic.example").await;
        let section = clinic.section(
            "clinic",
            "kind = \"openid\"\nissuer = \"https://id.clinic.example\"",
        );
        (clinic, section)
    };
    let (test, hospital) = hospital_with(&section).await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&hospital, "hospital", json!({"sub": "1"}))
        .await;
    browser.prove(&sealed, ANNA, true).await;
    // The email changes nothing about who it is, nor does the provider's word about another's.
    let mut same = test.browser();
    same.sign_in_at(
        &hospital,
        "hospital",
        json!({"sub": "1", "email": "new@example.org"}),
    )
    .await;
    same.open(&sealed).await.unwrap();
    for (provider, id, claims) in [
        (&clinic, "clinic", json!({"sub": "1"})),
        (
            &hospital,
            "hospital",
            json!({"sub": "2", "email": ANNA, "email_verified": true}),
        ),
    ] {
        let mut other = test.browser();
        other.sign_in_at(provider, id, claims).await;
        assert_eq!(other.open(&sealed).await, Err(ErrorCode::NotARecipient));
    }
}
