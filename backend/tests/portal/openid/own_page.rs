//! Tests of what a person sees of themselves, and how they remove it.

use sealpost_api::{
    ErrorCode,
    account::{
        Erase, EraseRequest, Forget, ForgetRequest, Me, MeRequest, ProofMethod, ProofSource,
        SignOutEverywhere, SignOutEverywhereRequest,
    },
};

use super::{hospital, person};
use crate::support::{ANNA, Caller, EVE};

const ANA: &str = "ana@hospital.example";

async fn me(browser: &mut Caller<'_>) -> sealpost_api::account::MeResponse {
    browser.post::<Me>(&MeRequest {}).await.ok()
}

#[tokio::test]
async fn it_lists_the_account_and_its_proofs_without_an_address() {
    let (test, provider) = hospital().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    assert_eq!(
        browser.post::<Me>(&MeRequest {}).await.code(),
        ErrorCode::NotSignedIn
    );
    browser
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    let other_session = {
        let mut other = test.browser();
        other
            .sign_in_at(&provider, "hospital", person("ana", ANA))
            .await;
        other
    };
    browser.prove(&sealed, ANNA, true).await;
    let known = me(&mut browser).await;
    assert_eq!(known.account.unwrap().label, "Hospital");
    assert_eq!(
        (known.addresses, known.sessions, known.passkeys.len()),
        (2, 2, 0)
    );
    let [proof] = known.proofs.as_slice() else {
        panic!("{:?}", known.proofs)
    };
    assert_eq!(
        (proof.from, proof.method),
        (ProofSource::Account, ProofMethod::Code)
    );
    assert_eq!(proof.proved, "2027-01-15T08:00:00Z");
    assert_eq!(proof.expires, "2027-04-15T08:00:00Z");
    drop(other_session);
}

#[tokio::test]
async fn a_proof_that_is_forgotten_opens_nothing_anywhere() {
    let (test, provider) = hospital().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    browser.prove(&sealed, ANNA, true).await;
    let mut second = test.browser();
    second
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    second.open(&sealed).await.unwrap();
    let id = me(&mut second).await.proofs[0].id;

    // Nobody else's: it changes nothing, and is not told apart from an unknown one.
    let mut eve = test.browser();
    eve.sign_in_at(&provider, "hospital", person("eve", "eve@hospital.example"))
        .await;
    eve.post::<Forget>(&ForgetRequest { id }).await.ok();
    second.open(&sealed).await.unwrap();

    let left = second.post::<Forget>(&ForgetRequest { id }).await.ok();
    assert!(left.proofs.is_empty());
    assert_eq!(second.open(&sealed).await, Err(ErrorCode::NotARecipient));
    // What the first session proved itself is its own until it ends.
    browser.open(&sealed).await.unwrap();
    let mut next = test.browser();
    next.sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    assert_eq!(next.open(&sealed).await, Err(ErrorCode::NotARecipient));
}

#[tokio::test]
async fn signing_out_everywhere_ends_the_persons_sessions_and_nobody_elses() {
    let (test, provider) = hospital().await;
    let sealed = test.registered(1, &[ANA, ANNA, EVE]).await;
    let mut browsers = Vec::new();
    for _ in 0..2 {
        let mut browser = test.browser();
        browser
            .sign_in_at(&provider, "hospital", person("ana", ANA))
            .await;
        browsers.push(browser);
    }
    let mut anna = test.browser();
    anna.prove(&sealed, ANNA, false).await;
    let answer = browsers[0]
        .post::<SignOutEverywhere>(&SignOutEverywhereRequest {})
        .await;
    answer.ok();
    assert_eq!(answer.raw.header("clear-site-data"), Some("\"cache\""));
    assert_eq!(browsers[0].cookie, None);
    for browser in &mut browsers {
        assert_eq!(browser.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    }
    anna.open(&sealed).await.unwrap();

    // By codes alone: who proved the same address.
    let mut again = test.browser();
    test.clock.advance(60);
    again.prove(&sealed, ANNA, false).await;
    let mut eve = test.browser();
    eve.prove(&sealed, EVE, false).await;
    assert_eq!(me(&mut again).await.sessions, 2);
    again
        .post::<SignOutEverywhere>(&SignOutEverywhereRequest {})
        .await
        .ok();
    assert_eq!(anna.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    eve.open(&sealed).await.unwrap();
}

#[tokio::test]
async fn one_call_erases_all_that_is_kept_of_a_person() {
    let (test, provider) = hospital().await;
    let sealed = test.registered(1, &[ANNA]).await;
    for (subject, email) in [("ana", ANA), ("eve", "eve@hospital.example")] {
        let mut browser = test.browser();
        browser
            .sign_in_at(&provider, "hospital", person(subject, email))
            .await;
        test.clock.advance(60);
        browser.prove(&sealed, ANNA, true).await;
        if subject == "ana" {
            continue;
        }
        browser.post::<Erase>(&EraseRequest {}).await.ok();
        assert_eq!(browser.cookie, None);
        assert!(browser.jar.is_empty());
    }
    // Eve's is gone, Ana's is not.
    let counts = "SELECT (SELECT COUNT(*) FROM proof) || ' ' || (SELECT COUNT(*) FROM session) || ' ' || \
         (SELECT COUNT(*) FROM account_sign_in)";
    assert_eq!(test.sql::<String>(counts).await, ["1 1 0"]);
    let mut ana = test.browser();
    ana.sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    ana.open(&sealed).await.unwrap();
}
