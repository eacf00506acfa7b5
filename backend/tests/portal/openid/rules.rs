//! Tests of the ways that an address has, and of what its domain's rule takes at a release.

use sealpost_api::{
    ErrorCode,
    account::{Icon, Way},
};
use serde_json::json;

use super::{FakeProvider, hospital_with, person};
use crate::support::{ANNA, EVE, TestPortal};

const ANA: &str = "ana@hospital.example";

/// The ways in short: a provider that proves has an exclamation mark.
fn short(ways: &[Way]) -> Vec<String> {
    ways.iter()
        .map(|way| match way {
            Way::Account(provider) if provider.proves => format!("{}!", provider.id),
            Way::Account(provider) => provider.id.clone(),
            Way::Passcode => "passcode".to_owned(),
            Way::Passkey => "passkey".to_owned(),
        })
        .collect()
}

#[tokio::test]
async fn without_a_provider_there_are_the_code_and_the_passkey() {
    let test = TestPortal::start().await;
    let mut browser = test.browser();
    assert_eq!(short(&browser.ways(ANNA).await), ["passcode", "passkey"]);
    assert_eq!(
        short(&browser.ways("bo@gmail.com").await),
        ["passcode", "passkey"]
    );
}

#[tokio::test]
async fn the_ways_follow_the_domain() {
    let mut sections = String::new();
    let mut providers = Vec::new();
    for (id, kind) in [
        ("google", "google"),
        ("personal", "microsoft-consumer"),
        ("work", "microsoft-work"),
    ] {
        let provider = FakeProvider::start("https://unused.example").await;
        sections.push_str(&provider.section(id, &format!("kind = \"{kind}\"")));
        if id == "work" {
            let tenant = super::CONTOSO;
            let tenants = format!("[{{ id = \"{tenant}\", domains = [\"contoso.example\"] }}]");
            sections.extend(["tenants = ", &tenants, "\n"]);
        }
        providers.push(provider);
    }
    sections.push_str(
        "[[rule]]\ndomains = [\"firma.example\", \"bücher.example\"]\nways = [\"google\", \"passcode\", \"work\"]\n\
         [[rule]]\ndomains = [\"strict.example\"]\nways = [\"work\"]\npasscode = false\npasskey = false\n\
         [[rule]]\ndomains = [\"strong.example\"]\nminimum = \"account\"\n\
         [[rule]]\ndomains = [\"plain.example\"]\nways = [\"passcode\"]\n",
    );
    let (test, _hospital) = hospital_with(&sections).await;
    let mut browser = test.browser();
    for (address, expected) in [
        (
            "bo@gmail.com",
            "google! passcode hospital personal work passkey",
        ),
        (
            "bo@GoogleMail.com",
            "google! passcode hospital personal work passkey",
        ),
        (
            "bo@outlook.com",
            "personal! passcode hospital google work passkey",
        ),
        (
            "bo@hotmail.de",
            "personal! passcode hospital google work passkey",
        ),
        (
            "ana@contoso.example",
            "work! passcode hospital google personal passkey",
        ),
        (ANA, "hospital! passcode google personal work passkey"),
        (ANNA, "passcode hospital google personal work passkey"),
        ("a@firma.example", "google! passcode work passkey"),
        ("a@xn--bcher-kva.example", "google! passcode work passkey"),
        (
            "a@sub.firma.example",
            "passcode hospital google personal work passkey",
        ),
        ("a@strict.example", "work"),
        ("a@strong.example", "hospital google personal work passkey"),
        (
            "a@plain.example",
            "passcode hospital google personal work passkey",
        ),
    ] {
        assert_eq!(
            short(&browser.ways(address).await).join(" "),
            expected,
            "{address}"
        );
    }
    let Way::Account(view) = browser.ways(ANA).await.remove(0) else {
        panic!("no account")
    };
    assert_eq!(
        (view.label.as_str(), view.icon, view.available),
        ("Hospital", Icon::Organisation, true)
    );
    assert_eq!(
        test.sql::<i64>("SELECT COUNT(*) FROM session").await,
        [0],
        "it keeps nothing"
    );
}

#[tokio::test]
async fn a_provider_that_the_rule_leaves_out_is_refused_at_the_start() {
    let (test, _hospital) = hospital_with(
        "[[rule]]\ndomains = [\"example.org\"]\nways = [\"hospital\"]\n[[rule]]\ndomains = [\"example.net\"]\nways = [\"clinic\"]\n\
         [[provider]]\nid = \"clinic\"\nkind = \"openid\"\nissuer = \"https://id.clinic.example\"\nclient_id = \"x\"\nclient_secret = \"y\"\n",
    )
    .await;
    let mut browser = test.browser();
    browser.begin("hospital", Some(ANNA)).await.ok();
    let refused = browser.begin("hospital", Some(EVE)).await.code();
    assert_eq!(refused, ErrorCode::WayNotAllowed);
}

#[tokio::test]
async fn a_code_alone_is_not_mailed_where_the_rule_wants_an_account() {
    for rule in ["passcode = false", "minimum = \"account\""] {
        let rule = format!("[[rule]]\ndomains = [\"example.org\"]\n{rule}");
        let (test, provider) = hospital_with(&rule).await;
        let sealed = test.registered(1, &[ANNA]).await;
        let mut browser = test.browser();
        // Recipient or not: one answer.
        for address in [ANNA, "nobody@example.org"] {
            let answer = browser.challenge(&sealed, address, 1).await;
            assert_eq!(answer.code(), ErrorCode::WayNotAllowed, "{rule}");
        }
        assert!(test.deliver().await.is_empty());
        // With an account the code completes it.
        browser
            .sign_in_at(&provider, "hospital", json!({"sub": "1"}))
            .await;
        browser.prove(&sealed, ANNA, true).await;
        browser.open(&sealed).await.unwrap();
        let mut next = test.browser();
        next.sign_in_at(&provider, "hospital", json!({"sub": "1"}))
            .await;
        next.open(&sealed).await.unwrap();
    }
}

#[tokio::test]
async fn a_proof_from_before_a_stricter_rule_opens_nothing() {
    let lax = "[[rule]]\ndomains = [\"example.org\"]\nminimum = \"code\"";
    let (test, _provider) = hospital_with(lax).await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.prove(&sealed, ANNA, false).await;
    browser.open(&sealed).await.unwrap();
    let cookie = browser.cookie.clone();
    let test = test
        .restart_with("minimum = \"code\"", "minimum = \"account\"")
        .await;
    let mut browser = test.browser();
    browser.cookie = cookie;
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::WayNotAllowed));
    let outcomes = test
        .sql::<String>("SELECT outcome FROM audit WHERE event = 'release' ORDER BY rowid")
        .await;
    assert_eq!(outcomes, ["done", "way_not_allowed"]);
}

#[tokio::test]
async fn a_claim_of_a_provider_that_the_rule_leaves_out_opens_nothing() {
    let clinic = FakeProvider::start("https://id.clinic.example").await;
    let sections = clinic.section(
        "clinic",
        "kind = \"openid\"\nissuer = \"https://id.clinic.example\"\ndomains = [\"hospital.example\"]",
    ) + "[[rule]]\ndomains = [\"hospital.example\"]\nways = [\"hospital\"]";
    let (test, hospital) = hospital_with(&sections).await;
    let sealed = test.registered(1, &[ANA]).await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&clinic, "clinic", person("ana", ANA))
        .await;
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::WayNotAllowed));
    browser
        .sign_in_at(&hospital, "hospital", person("ana", ANA))
        .await;
    browser.open(&sealed).await.unwrap();
}

#[tokio::test]
async fn a_rule_for_all_others_goes_for_them() {
    let (test, _provider) = hospital_with(
        "[[rule]]\ndomains = [\"*\"]\npasscode = false\npasskey = false\n[[rule]]\ndomains = [\"example.org\"]\n",
    )
    .await;
    let mut browser = test.browser();
    assert_eq!(short(&browser.ways(EVE).await), ["hospital"]);
    assert_eq!(
        short(&browser.ways(ANNA).await),
        ["passcode", "hospital", "passkey"]
    );
}
