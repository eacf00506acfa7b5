//! Tests of what is refused: each forged answer, each attack on the round trip. None signs anybody in, and the control of each
//! is that the same answer, unforged, does.

use sealpost_api::ErrorCode;
use serde_json::{Value, json};

use super::{
    FakeProvider, STRANGERS, hospital, hospital_with, person,
    provider::{CLIENT, NOW, Signing, query},
};
use crate::support::{Caller, TestPortal};

const ANA: &str = "ana@hospital.example";

/// Signs in with these claims; what was refused.
async fn refusal(test: &TestPortal, provider: &FakeProvider, claims: Value) -> Option<ErrorCode> {
    let mut browser = test.browser();
    let mut all = person("ana", ANA);
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    browser.sign_in_at(provider, "hospital", all).await;
    outcome(&mut browser).await
}

/// How it ended; a refusal leaves no account and no proof.
async fn outcome(browser: &mut Caller<'_>) -> Option<ErrorCode> {
    let session = browser.session().await;
    let refused = session.returned.expect("it is told").refused;
    assert_eq!(session.account.is_none(), refused.is_some());
    assert_eq!(session.signed_in, refused.is_none());
    refused
}

#[tokio::test]
async fn a_token_with_wrong_claims_is_refused() {
    let (test, provider) = hospital().await;
    for wrong in [
        json!({"aud": "another-client"}),
        json!({"aud": [CLIENT, "another-client"]}),
        json!({"aud": []}),
        json!({"azp": "another-client"}),
        json!({"iss": "https://id.clinic.example"}),
        json!({"iss": "https://id.hospital.example/"}),
        json!({"iss": "https://id.hospital.example.evil.example"}),
        json!({"nonce": "another"}),
        json!({"nonce": null}),
        json!({"exp": NOW - 121}),
        json!({"iat": NOW + 121}),
        json!({"iat": NOW - 721}),
        json!({"nbf": NOW + 121}),
        json!({"sub": ""}),
        json!({"sub": "s".repeat(256)}),
    ] {
        assert_eq!(
            refusal(&test, &provider, wrong.clone()).await,
            Some(ErrorCode::SignInRefused),
            "{wrong}"
        );
    }
    // At the limits of clocks and lengths.
    for right in [
        json!({}),
        json!({"exp": NOW - 119}),
        json!({"iat": NOW + 120}),
        json!({"iat": NOW - 720}),
        json!({"nbf": NOW + 120}),
        json!({"sub": "s".repeat(255)}),
        json!({"aud": [CLIENT], "azp": CLIENT}),
    ] {
        assert_eq!(
            refusal(&test, &provider, right.clone()).await,
            None,
            "{right}"
        );
    }
}

#[tokio::test]
async fn a_token_that_is_not_signed_by_the_providers_key_is_refused() {
    let (test, provider) = hospital().await;
    for signing in [Signing::None, Signing::Secret, Signing::WrongKey] {
        provider.inner().signing = signing;
        let refused = refusal(&test, &provider, json!({})).await;
        assert_eq!(refused, Some(ErrorCode::SignInRefused));
    }
    provider.inner().signing = Signing::Right;
    assert_eq!(refusal(&test, &provider, json!({})).await, None);
}

#[tokio::test]
async fn a_tenant_that_the_issuer_does_not_name_is_refused() {
    let issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let provider = FakeProvider::start(issuer).await;
    let section = provider.section("work", "kind = \"microsoft-work\"");
    let test = TestPortal::start_with_sections("", &section).await;
    let iss = |tid: &str| issuer.replace("{tenantid}", tid);
    for (claims, refused) in [
        (json!({"tid": STRANGERS, "iss": iss(STRANGERS)}), None),
        (
            json!({"tid": STRANGERS, "iss": iss(super::CONTOSO)}),
            Some(ErrorCode::SignInRefused),
        ),
        (
            json!({"tid": STRANGERS, "iss": issuer}),
            Some(ErrorCode::SignInRefused),
        ),
        (
            json!({"tid": "{tenantid}", "iss": issuer}),
            Some(ErrorCode::SignInRefused),
        ),
        (
            json!({"tid": "x/../y", "iss": iss("x/../y")}),
            Some(ErrorCode::SignInRefused),
        ),
        (
            json!({"iss": iss(STRANGERS)}),
            Some(ErrorCode::SignInRefused),
        ),
        // Personal accounts are not this provider's kind.
        (
            json!({"tid": super::CONSUMERS, "iss": iss(super::CONSUMERS)}),
            Some(ErrorCode::SignInRefused),
        ),
    ] {
        let mut browser = test.browser();
        browser.sign_in_at(&provider, "work", claims.clone()).await;
        assert_eq!(browser.returned().await, Some(refused), "{claims}");
    }
}

#[tokio::test]
async fn a_state_is_good_once_and_for_ten_minutes() {
    let (test, provider) = hospital().await;
    let mut browser = test.browser();
    let url = browser.begin("hospital", None).await.ok().url;
    let jar = browser.jar.clone();
    let answer = provider.approve(&url, &person("ana", ANA));
    browser.come_back(&answer).await;
    assert_eq!(browser.returned().await, Some(None));
    let cookie = browser.cookie.clone();
    // The same answer again, the cookie brought back too.
    browser.jar = jar;
    browser.come_back(&answer).await;
    assert_eq!(browser.cookie, cookie);
    assert_eq!(browser.returned().await, None);

    let mut late = test.browser();
    let url = late.begin("hospital", None).await.ok().url;
    let answer = provider.approve(&url, &person("ana", ANA));
    test.clock.advance(600);
    late.come_back(&answer).await;
    assert_eq!(late.returned().await, Some(Some(ErrorCode::SignInExpired)));
}

#[tokio::test]
async fn a_code_is_good_once() {
    let (test, provider) = hospital().await;
    let mut browser = test.browser();
    let url = browser.begin("hospital", None).await.ok().url;
    let answer = provider.approve(&url, &person("ana", ANA));
    browser.come_back(&answer).await;
    assert_eq!(browser.returned().await, Some(None));
    let code = answer.split_once('&').unwrap().0;
    let mut thief = test.browser();
    let state = query(&thief.begin("hospital", None).await.ok().url)["state"].clone();
    thief.come_back(&format!("{code}&state={state}")).await;
    assert_eq!(outcome(&mut thief).await, Some(ErrorCode::SignInRefused));
}

#[tokio::test]
async fn a_code_of_another_round_trip_is_refused() {
    // Injected before its owner used it: PKCE binds it to their browser.
    let (test, provider) = hospital().await;
    let (mut victim, mut thief) = (test.browser(), test.browser());
    let url = victim.begin("hospital", None).await.ok().url;
    let answer = provider.approve(&url, &person("ana", ANA));
    let code = answer.split_once('&').unwrap().0;
    let state = query(&thief.begin("hospital", None).await.ok().url)["state"].clone();
    thief.come_back(&format!("{code}&state={state}")).await;
    assert_eq!(outcome(&mut thief).await, Some(ErrorCode::SignInRefused));
}

#[tokio::test]
async fn nobody_is_signed_in_to_somebody_elses_account() {
    // Login CSRF: the attacker's answer, opened in the victim's browser.
    let (test, provider) = hospital().await;
    let (mut attacker, mut victim) = (test.browser(), test.browser());
    let url = attacker.begin("hospital", None).await.ok().url;
    let answer = provider.approve(&url, &person("eve", "eve@hospital.example"));
    victim.come_back(&answer).await;
    assert_eq!(victim.cookie, None);
    assert!(victim.session().await.account.is_none());
    // It is used up for the attacker too.
    assert_eq!(
        attacker.returned().await,
        Some(Some(ErrorCode::SignInExpired))
    );

    // The victim has begun a round trip of their own.
    let url = attacker.begin("hospital", None).await.ok().url;
    let answer = provider.approve(&url, &person("eve", "eve@hospital.example"));
    victim.begin("hospital", None).await.ok();
    victim.come_back(&answer).await;
    assert!(victim.session().await.account.is_none());
}

#[tokio::test]
async fn a_planted_session_has_nothing_after_a_sign_in() {
    let (test, provider) = hospital().await;
    let sealed = test.registered(1, &[ANA]).await;
    let mut victim = test.browser();
    victim.begin("hospital", None).await.ok();
    let mut planted = victim.clone();
    victim
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    victim.open(&sealed).await.unwrap();
    assert_ne!(victim.cookie, planted.cookie);
    assert_eq!(planted.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    assert!(planted.session().await.account.is_none());
}

#[tokio::test]
async fn an_answer_of_another_provider_is_refused() {
    // Mix-up (RFC 9207): the round trip began at one provider and another answers.
    let clinic = FakeProvider::start("https://id.clinic.example").await;
    clinic.inner().promises_iss = true;
    let section = clinic.section(
        "clinic",
        "kind = \"openid\"\nissuer = \"https://id.clinic.example\"",
    );
    let (test, _hospital) = hospital_with(&section).await;
    let ours = "&iss=https%3A%2F%2Fid.clinic.example";
    for (iss, refused) in [
        (ours, None),
        (
            "&iss=https%3A%2F%2Fid.hospital.example",
            Some(ErrorCode::SignInRefused),
        ),
        (
            "&iss=https%3A%2F%2Fid.clinic.example%2F",
            Some(ErrorCode::SignInRefused),
        ),
        // Promised and not there.
        ("", Some(ErrorCode::SignInRefused)),
    ] {
        let mut browser = test.browser();
        let url = browser.begin("clinic", None).await.ok().url;
        let answer = clinic.approve(&url, &json!({"sub": "bo"}));
        browser.come_back(&format!("{answer}{iss}")).await;
        assert_eq!(browser.returned().await, Some(refused), "{iss:?}");
    }
    // The code goes to the provider that the state names, whoever sent it.
    let mut browser = test.browser();
    let state = query(&browser.begin("hospital", None).await.ok().url)["state"].clone();
    let url = test.browser().begin("clinic", None).await.ok().url;
    let answer = clinic.approve(&url, &json!({"sub": "bo"}));
    let code = answer.split_once('&').unwrap().0;
    browser.come_back(&format!("{code}&state={state}")).await;
    assert_eq!(
        browser.returned().await,
        Some(Some(ErrorCode::SignInRefused))
    );
}

#[tokio::test]
async fn a_providers_error_says_who_broke_off() {
    let (test, _provider) = hospital().await;
    for (error, code) in [
        ("access_denied", ErrorCode::SignInCancelled),
        ("login_required", ErrorCode::SignInCancelled),
        ("temporarily_unavailable", ErrorCode::ProviderUnavailable),
        ("server_error", ErrorCode::ProviderUnavailable),
        ("invalid_scope", ErrorCode::SignInRefused),
        ("<script>alert(1)</script>", ErrorCode::SignInRefused),
    ] {
        let mut browser = test.browser();
        let state = query(&browser.begin("hospital", None).await.ok().url)["state"].clone();
        let answer = format!("error={error}&error_description=words&state={state}");
        browser.come_back(&answer.replace(['<', '>'], "%3C")).await;
        assert_eq!(outcome(&mut browser).await, Some(code), "{error}");
    }
}

#[tokio::test]
async fn the_answer_always_leads_to_the_start_and_nowhere_else() {
    let (test, provider) = hospital().await;
    for query in [
        "",
        "code=x",
        "state=unknown",
        "code=x&state=unknown&redirect_uri=https://evil.example&next=//evil.example",
        "state=a&state=b&code=x",
        "code=%00&state=%ff",
        "%",
    ] {
        // Asserts where it leads.
        test.browser().come_back(query).await;
    }
    test.browser()
        .come_back(&format!("state={}", "a".repeat(20_000)))
        .await;
    // A parameter that is there twice makes the answer unusable.
    let mut browser = test.browser();
    let url = browser.begin("hospital", None).await.ok().url;
    let answer = provider.approve(&url, &person("ana", ANA));
    browser.come_back(&format!("{answer}&code=other")).await;
    assert!(browser.session().await.account.is_none());
}

#[tokio::test]
async fn a_round_trip_cannot_be_begun_by_a_link_or_another_site() {
    let (test, _provider) = hospital().await;
    let mut browser = test.browser();
    let raw = browser.get("/api/v1/sign-in/account/start").await;
    assert_eq!(raw.status, 405);
    let mut other_site = test.browser();
    other_site.headers = vec![("sec-fetch-site", "cross-site".to_owned())];
    let code = other_site.begin("hospital", None).await.code();
    assert_eq!(code, ErrorCode::BadRequest);
    let unknown = browser.begin("nowhere", None).await.code();
    assert_eq!(unknown, ErrorCode::BadRequest);
    assert_eq!(
        test.sql::<i64>("SELECT COUNT(*) FROM account_sign_in")
            .await,
        [0]
    );
}

#[tokio::test]
async fn signing_out_ends_the_round_trip_too() {
    use sealpost_api::recipient::{SignOut, SignOutRequest};
    let (test, provider) = hospital().await;
    let mut browser = test.browser();
    let url = browser.begin("hospital", None).await.ok().url;
    let jar = browser.jar.clone();
    let answer = provider.approve(&url, &person("ana", ANA));
    browser.post::<SignOut>(&SignOutRequest {}).await.ok();
    browser.jar = jar;
    browser.come_back(&answer).await;
    assert!(browser.session().await.account.is_none());
}
