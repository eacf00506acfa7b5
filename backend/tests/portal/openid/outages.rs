//! Tests of a provider that is down, slow to change its keys, or says nonsense: the other ways still work.

use axum::http::StatusCode;
use sealpost_api::{ErrorCode, account::Way};
use serde_json::json;

use super::{FakeProvider, hospital, provider::NOW};
use crate::support::{ANNA, TestPortal};

const ANA: &str = "ana@hospital.example";

async fn is_available(test: &TestPortal) -> bool {
    let Way::Account(view) = test.browser().ways(ANA).await.remove(0) else {
        panic!("no account")
    };
    view.available
}

fn claims(test: &TestPortal) -> serde_json::Value {
    use sealpost_portal::Clock;
    let now = test.clock.now().as_second();
    json!({"sub": "ana", "email": ANA, "email_verified": true, "iat": now, "exp": now + 300})
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be_and_codes_still_work() {
    // Nobody listens there.
    let test = TestPortal::start_with_sections(
        "",
        "[[provider]]\nid = \"hospital\"\nkind = \"openid\"\nissuer = \"http://127.0.0.1:1\"\nclient_id = \"x\"\nclient_secret = \"y\"\n\
         domains = [\"hospital.example\"]\n",
    )
    .await;
    assert!(is_available(&test).await, "nothing is known against it yet");
    let mut browser = test.browser();
    let answer = browser.begin("hospital", None).await;
    assert_eq!(answer.code(), ErrorCode::ProviderUnavailable);
    assert!(!is_available(&test).await);
    // Those who come next do not wait for what is as good as lost.
    let before = std::time::Instant::now();
    for _ in 0..20 {
        let answer = browser.begin("hospital", None).await;
        assert_eq!(answer.code(), ErrorCode::ProviderUnavailable);
    }
    assert!(before.elapsed().as_secs() < 5);
    let sealed = test.registered(1, &[ANNA]).await;
    browser.prove(&sealed, ANNA, false).await;
    browser.open(&sealed).await.unwrap();
}

#[tokio::test]
async fn a_provider_that_answers_again_is_offered_again() {
    let (test, provider) = hospital().await;
    provider.inner().discovery = Some(StatusCode::SERVICE_UNAVAILABLE);
    let mut browser = test.browser();
    let answer = browser.begin("hospital", None).await;
    assert_eq!(answer.code(), ErrorCode::ProviderUnavailable);
    assert!(!is_available(&test).await);
    provider.inner().discovery = None;
    assert_eq!(provider.inner().asked, 1);
    browser.begin("hospital", None).await.refused();
    assert_eq!(provider.inner().asked, 1, "a moment ago");
    test.clock.advance(10);
    browser
        .sign_in_at(&provider, "hospital", claims(&test))
        .await;
    assert_eq!(browser.returned().await, Some(None));
    assert!(is_available(&test).await);
}

#[tokio::test]
async fn what_is_known_serves_while_a_refresh_fails() {
    let (test, provider) = hospital().await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", claims(&test))
        .await;
    assert_eq!(browser.returned().await, Some(None));
    provider.inner().discovery = Some(StatusCode::BAD_GATEWAY);
    test.clock.advance(3600);
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", claims(&test))
        .await;
    assert_eq!(
        browser.returned().await,
        Some(None),
        "an hour old, and good"
    );
    assert!(is_available(&test).await);
}

#[tokio::test]
async fn documents_are_fetched_anew_when_they_are_old() {
    let (test, provider) = hospital().await;
    for _ in 0..3 {
        test.browser().begin("hospital", None).await.ok();
    }
    assert_eq!(provider.inner().asked, 1);
    test.clock.advance(60);
    test.browser().begin("hospital", None).await.ok();
    assert_eq!(provider.inner().asked, 2);
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_found() {
    let (test, provider) = hospital().await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", claims(&test))
        .await;
    provider.rotate();
    test.clock.advance(10);
    browser
        .sign_in_at(&provider, "hospital", claims(&test))
        .await;
    assert_eq!(browser.returned().await, Some(None));
    assert_eq!(provider.inner().asked, 2);
}

#[tokio::test]
async fn an_unknown_key_does_not_make_the_portal_ask_without_end() {
    let (test, provider) = hospital().await;
    test.browser().begin("hospital", None).await.ok();
    provider.rotate();
    for _ in 0..5 {
        let mut browser = test.browser();
        browser
            .sign_in_at(&provider, "hospital", claims(&test))
            .await;
        assert_eq!(
            browser.returned().await,
            Some(Some(ErrorCode::SignInRefused))
        );
    }
    assert_eq!(provider.inner().asked, 1, "it was asked a moment ago");
}

#[tokio::test]
async fn another_issuers_discovery_document_is_refused() {
    for issuer in [
        "https://id.clinic.example",
        "https://id.hospital.example/",
        "http://id.hospital.example",
    ] {
        let provider = FakeProvider::start(issuer).await;
        let section = provider.section(
            "hospital",
            "kind = \"openid\"\nissuer = \"https://id.hospital.example\"",
        );
        let test = TestPortal::start_with_sections("", &section).await;
        let answer = test.browser().begin("hospital", None).await;
        assert_eq!(answer.code(), ErrorCode::ProviderUnavailable, "{issuer}");
    }
}

#[tokio::test]
async fn what_the_token_endpoint_answers_is_bounded_and_not_believed() {
    let (test, provider) = hospital().await;
    let large = format!("{{\"access_token\":\"{}\"}}", "a".repeat(600_000));
    for (status, body, code) in [
        (StatusCode::OK, "{}".to_owned(), ErrorCode::SignInRefused),
        (
            StatusCode::OK,
            "no JSON".to_owned(),
            ErrorCode::SignInRefused,
        ),
        (
            StatusCode::OK,
            "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}".to_owned(),
            ErrorCode::SignInRefused,
        ),
        (
            StatusCode::OK,
            "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"id_token\":\"a.b\"}".to_owned(),
            ErrorCode::SignInRefused,
        ),
        (StatusCode::OK, large, ErrorCode::ProviderUnavailable),
        (
            StatusCode::BAD_REQUEST,
            "{\"error\":\"invalid_client\"}".to_owned(),
            ErrorCode::SignInRefused,
        ),
        (
            StatusCode::BAD_REQUEST,
            "{\"error\":\"temporarily_unavailable\"}".to_owned(),
            ErrorCode::ProviderUnavailable,
        ),
        (StatusCode::FOUND, String::new(), ErrorCode::SignInRefused),
    ] {
        provider.inner().token = Some((status, body.clone()));
        let mut browser = test.browser();
        browser
            .sign_in_at(&provider, "hospital", claims(&test))
            .await;
        let shown = &body[..body.len().min(80)];
        assert_eq!(
            browser.returned().await,
            Some(Some(code)),
            "{status} {shown}"
        );
        assert!(browser.session().await.account.is_none());
    }
    provider.inner().token = None;
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", claims(&test))
        .await;
    assert_eq!(
        browser.returned().await,
        Some(None),
        "the control, at {NOW}"
    );
}
