//! Tests of what goes well: each kind of provider, from the button to the open message.

use sealpost_api::account::AccountView;
use serde_json::json;

use super::{CONSUMERS, CONTOSO, FakeProvider, STRANGERS, hospital, person, provider::query};
use crate::support::{ANNA, TestPortal};

const ANA: &str = "ana@hospital.example";

#[tokio::test]
async fn an_account_whose_word_is_proof_opens_the_message_without_a_code() {
    let (test, provider) = hospital().await;
    let sealed = test.registered(1, &[ANA]).await;
    let other = test.registered(2, &["Ana@Hospital.example"]).await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    let session = browser.session().await;
    assert!(session.signed_in);
    assert_eq!(
        session.account,
        Some(AccountView {
            provider: "hospital".to_owned(),
            label: "Hospital".to_owned()
        })
    );
    assert_eq!(session.returned.map(|told| told.refused), Some(None));
    assert_eq!(browser.session().await.returned, None, "told once");
    for sealed in [sealed, other] {
        assert_eq!(
            browser.open(&sealed).await.unwrap(),
            [sealed.release_key, sealed.digest].concat()
        );
    }
    assert!(test.deliver().await.is_empty(), "no mail was needed");
    let events = test
        .sql::<String>("SELECT event || ' ' || outcome FROM audit ORDER BY rowid")
        .await;
    assert!(
        events.contains(&"account_start done".to_owned()),
        "{events:?}"
    );
    assert!(
        events.contains(&"account_return done".to_owned()),
        "{events:?}"
    );
}

#[tokio::test]
async fn the_request_to_the_provider_is_what_the_standards_ask_for() {
    let (test, _provider) = hospital().await;
    let mut browser = test.browser();
    let answer = browser
        .begin("hospital", Some("Ana@Hospital.example"))
        .await;
    let asked = query(&answer.ok().url);
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["response_mode"], "query");
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["code_challenge"].len(), 43);
    assert_eq!(asked["scope"], "openid email");
    assert_eq!(asked["tenant"], "1", "the endpoint's own query stays");
    assert_eq!(
        asked["redirect_uri"],
        "https://portal.example.com/api/v1/sign-in/account/callback"
    );
    assert_eq!(asked["login_hint"], ANA);
    assert_eq!(asked["state"].len(), 43);
    assert_eq!(asked["nonce"].len(), 43);
    assert_ne!(asked["state"], asked["nonce"]);
    // Another domain's address is none of its business.
    let other = query(&browser.begin("hospital", Some(ANNA)).await.ok().url);
    assert!(!other.contains_key("login_hint"));
    assert_ne!(other["state"], asked["state"]);
    assert_ne!(other["nonce"], asked["nonce"]);
    assert_ne!(other["code_challenge"], asked["code_challenge"]);
}

#[tokio::test]
async fn the_cookie_of_a_round_trip_is_lax_short_and_bound_to_the_host() {
    let (test, _provider) = hospital().await;
    let answer = test.browser().begin("hospital", None).await;
    let cookies: Vec<_> = answer
        .raw
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap().split_once(';').unwrap())
        .collect();
    let (pair, attributes) = cookies
        .iter()
        .find(|(pair, _)| pair.starts_with("__Host-oidc="))
        .unwrap();
    assert_eq!(pair.len(), "__Host-oidc=".len() + 43);
    assert_eq!(
        *attributes,
        " Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600"
    );
    assert_eq!(answer.raw.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn google_proves_gmail_and_a_workspaces_own_domain() {
    let provider = FakeProvider::start("https://accounts.google.com").await;
    let section = provider.section("google", "kind = \"google\"");
    let test = TestPortal::start_with_sections("", &section).await;
    let sealed = test
        .registered(1, &["bo@gmail.com", "ana@firma.example", "bo@example.net"])
        .await;
    for (claims, opens) in [
        (
            json!({"sub": "1", "email": "bo@gmail.com", "email_verified": true}),
            true,
        ),
        (
            json!({"sub": "2", "email": "ana@firma.example", "email_verified": "true", "hd": "firma.example"}),
            true,
        ),
        (
            json!({"sub": "3", "email": "bo@example.net", "email_verified": true}),
            false,
        ),
        (
            json!({"sub": "4", "email": "bo@gmail.com", "email_verified": false}),
            false,
        ),
        (
            json!({"sub": "5", "email": "ana@firma.example", "email_verified": true, "hd": "andere.example"}),
            false,
        ),
        (json!({"sub": "6"}), false),
    ] {
        let mut browser = test.browser();
        browser
            .sign_in_at(&provider, "google", claims.clone())
            .await;
        let session = browser.session().await;
        assert!(session.account.is_some(), "{claims}");
        assert_eq!(session.signed_in, opens, "{claims}");
        assert_eq!(browser.open(&sealed).await.is_ok(), opens, "{claims}");
    }
}

#[tokio::test]
async fn microsofts_issuer_is_a_template_that_the_tenant_fills() {
    let issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let provider = FakeProvider::start(issuer).await;
    let section = provider.section(
        "microsoft",
        &format!("kind = \"microsoft\"\ntenants = [{{ id = \"{CONTOSO}\", domains = [\"contoso.example\"] }}]"),
    );
    let test = TestPortal::start_with_sections("", &section).await;
    let sealed = test
        .registered(
            1,
            &["bo@outlook.com", "ana@contoso.example", "bo@example.net"],
        )
        .await;
    let iss = |tid: &str| issuer.replace("{tenantid}", tid);
    for (claims, opens) in [
        (
            json!({"tid": CONSUMERS, "iss": iss(CONSUMERS), "email": "bo@outlook.com"}),
            true,
        ),
        (
            json!({"tid": CONTOSO, "iss": iss(CONTOSO), "email": "ana@contoso.example"}),
            true,
        ),
        (
            json!({"tid": STRANGERS, "iss": iss(STRANGERS), "email": "ana@contoso.example", "xms_edov": 1}),
            true,
        ),
        // nOAuth: anybody's tenant says anything.
        (
            json!({"tid": STRANGERS, "iss": iss(STRANGERS), "email": "ana@contoso.example"}),
            false,
        ),
        (
            json!({"tid": CONSUMERS, "iss": iss(CONSUMERS), "email": "bo@example.net"}),
            false,
        ),
    ] {
        let mut browser = test.browser();
        browser
            .sign_in_at(&provider, "microsoft", claims.clone())
            .await;
        assert!(browser.session().await.account.is_some(), "{claims}");
        assert_eq!(browser.open(&sealed).await.is_ok(), opens, "{claims}");
    }
}

#[tokio::test]
async fn a_session_keeps_what_it_proved_and_changes_its_id_at_each_step() {
    let (test, provider) = hospital().await;
    let first = test.registered(1, &[ANNA]).await;
    let second = test.registered(2, &[ANA]).await;
    let mut browser = test.browser();
    let mut ids = Vec::new();
    browser.prove(&first, ANNA, false).await;
    ids.push(browser.cookie.clone());
    browser
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    ids.push(browser.cookie.clone());
    browser.open(&first).await.unwrap();
    browser.open(&second).await.unwrap();
    // Another account is another person: nothing is left of the first.
    browser
        .sign_in_at(&provider, "hospital", person("eve", "eve@hospital.example"))
        .await;
    ids.push(browser.cookie.clone());
    assert!(browser.open(&first).await.is_err());
    assert!(browser.open(&second).await.is_err());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert_eq!(test.sql::<i64>("SELECT COUNT(*) FROM session").await, [1]);
}
