//! Tests of passcodes: what opens a message, what is refused, what is counted.

use std::sync::Arc;

use sealpost_api::ErrorCode;
use tokio::{sync::Barrier, task::JoinSet};

use crate::support::{ANNA, EVE, Sealed, TestPortal};

const MINUTE: i64 = 60;

/// A code that is certainly not `code`.
fn wrong(code: &str) -> String {
    let first = if code.starts_with('0') { '1' } else { '0' };
    format!("{first}{}", &code[1..])
}

#[tokio::test]
async fn a_mailed_code_opens_the_message() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();

    let asked = browser.challenge(&sealed, "Anna@EXAMPLE.org", 1).await.ok();
    assert_eq!((asked.expires_in, asked.resend_in), (600, 60));
    let mails = test.deliver().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(
        mails[0].to, ANNA,
        "the canonical string, not what was typed"
    );
    assert!(mails[0].raw.contains(&format!(
        "Subject: Your code to open a message ({})",
        asked.reference
    )));

    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    let verified = browser.verify(&sealed, ANNA, 1, &mails[0].code).await.ok();
    assert_eq!(verified.expires_in, 8 * 60 * 60);
    let opened = browser.open(&sealed).await.unwrap();
    assert_eq!(opened, [sealed.release_key, sealed.digest].concat());
}

#[tokio::test]
async fn a_wrong_code_is_refused_and_counted_once() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();

    for left in [4, 3, 2, 1] {
        let refused = browser
            .verify(&sealed, ANNA, 1, &wrong(&code))
            .await
            .refused();
        assert_eq!(
            (refused.code, refused.tries_left),
            (ErrorCode::CodeWrong, Some(left))
        );
    }
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
}

#[tokio::test]
async fn what_is_no_code_is_refused_and_not_counted() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();
    for typed in ["", "1234567", "123456789", "1234567x", "١٢٣٤٥٦٧٨"] {
        assert_eq!(
            browser.verify(&sealed, ANNA, 1, typed).await.code(),
            ErrorCode::BadRequest
        );
    }
    assert_eq!(
        browser
            .verify(&sealed, ANNA, 1, &wrong(&code))
            .await
            .refused()
            .tries_left,
        Some(4)
    );
}

#[tokio::test]
async fn an_expired_code_is_refused() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();
    test.clock.advance(10 * MINUTE);
    assert_eq!(
        browser.verify(&sealed, ANNA, 1, &code).await.code(),
        ErrorCode::CodeExpired
    );
}

#[tokio::test]
async fn a_code_works_until_its_last_second() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();
    test.clock.advance(10 * MINUTE - 1);
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
}

#[tokio::test]
async fn a_replayed_code_is_refused() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();
    let mut before = browser.clone();
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
    assert_eq!(
        browser.verify(&sealed, ANNA, 1, &code).await.code(),
        ErrorCode::CodeExpired
    );
    assert_eq!(
        before.verify(&sealed, ANNA, 1, &code).await.code(),
        ErrorCode::CodeExpired
    );
}

#[tokio::test]
async fn a_code_used_at_the_fifth_try_is_used_and_not_used_up() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();
    for _ in 0..4 {
        browser
            .verify(&sealed, ANNA, 1, &wrong(&code))
            .await
            .refused();
    }
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
    assert_eq!(
        browser.verify(&sealed, ANNA, 1, &code).await.code(),
        ErrorCode::CodeExpired
    );
}

#[tokio::test]
async fn a_code_is_refused_in_another_tab() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();
    assert_eq!(
        browser.verify(&sealed, ANNA, 2, &code).await.code(),
        ErrorCode::CodeExpired
    );
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
}

#[tokio::test]
async fn a_code_is_refused_in_another_browser() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();
    let mut other = test.browser();
    assert_eq!(
        other.verify(&sealed, ANNA, 1, &code).await.code(),
        ErrorCode::CodeExpired
    );
    other.cookie = Some("__Host-session=made-up".to_owned());
    assert_eq!(
        other.verify(&sealed, ANNA, 1, &code).await.code(),
        ErrorCode::CodeExpired
    );
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
}

#[tokio::test]
async fn a_code_is_refused_for_another_message_or_address() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA, EVE]).await;
    let second = test.registered(2, &[ANNA, EVE]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();
    assert_eq!(
        browser.verify(&second, ANNA, 1, &code).await.code(),
        ErrorCode::CodeExpired
    );
    assert_eq!(
        browser.verify(&sealed, EVE, 1, &code).await.code(),
        ErrorCode::CodeExpired
    );
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
}

#[tokio::test]
async fn a_sixth_try_is_refused_even_with_the_right_code() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();
    for _ in 0..4 {
        assert_eq!(
            browser.verify(&sealed, ANNA, 1, &wrong(&code)).await.code(),
            ErrorCode::CodeWrong
        );
    }
    let fifth = browser
        .verify(&sealed, ANNA, 1, &wrong(&code))
        .await
        .refused();
    assert_eq!(
        (fifth.code, fifth.tries_left),
        (ErrorCode::CodeUsedUp, Some(0))
    );
    assert_eq!(
        browser.verify(&sealed, ANNA, 1, &code).await.code(),
        ErrorCode::CodeUsedUp
    );
    let kept = test
        .sql::<Option<Vec<u8>>>("SELECT code FROM passcode")
        .await;
    assert_eq!(kept, [None], "a dead code's hash is gone");

    test.clock.advance(MINUTE);
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[1].code.clone();
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_parallel_guesses_five_are_counted_and_the_code_is_dead() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();

    let guess = wrong(&code);
    let mut left = Vec::new();
    for refused in parallel(&browser, &sealed, &vec![guess; 10]).await {
        left.push(refused.expect_err("a wrong guess").1);
    }
    left.sort_unstable();
    assert_eq!(
        left,
        [
            None,
            None,
            None,
            None,
            None,
            Some(0),
            Some(1),
            Some(2),
            Some(3),
            Some(4)
        ]
    );
    assert_eq!(test.sql::<i64>("SELECT tries FROM passcode").await, [5]);
    assert_eq!(
        browser.verify(&sealed, ANNA, 1, &code).await.code(),
        ErrorCode::CodeUsedUp
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_parallel_right_guesses_one_signs_in() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();
    let outcomes = parallel(&browser, &sealed, &vec![code; 10]).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    assert!(
        refused
            .clone()
            .all(|(code, _)| *code == ErrorCode::CodeExpired)
    );
    assert_eq!(refused.count(), 9);
}

/// Verifies all codes at the same time, on several threads, at two portals in turn.
async fn parallel(
    browser: &crate::support::Caller<'_>,
    sealed: &Sealed,
    codes: &[String],
) -> Vec<Result<(), (ErrorCode, Option<u8>)>> {
    let bodies = codes.iter().map(|code| {
        serde_json::json!({
            "possession": sealed.possession(), "address": ANNA, "tab": crate::support::tab(1), "code": code,
        })
    });
    let replica = browser.test.replica().await;
    let portals = [&browser.test.router, &replica.router];
    let start = Arc::new(Barrier::new(codes.len()));
    let mut tasks = JoinSet::new();
    for (body, router) in bodies.zip(portals.into_iter().cycle()) {
        let (router, start) = (router.clone(), start.clone());
        let request = axum::http::Request::post("/api/v1/sign-in/verify")
            .header("content-type", "application/json")
            .header("cookie", browser.cookie.clone().unwrap())
            .body(axum::body::Body::from(body.to_string()))
            .unwrap();
        tasks.spawn(async move {
            start.wait().await;
            let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
            if response.status() == axum::http::StatusCode::OK {
                return Ok(());
            }
            let body = axum::body::to_bytes(response.into_body(), 4096)
                .await
                .unwrap();
            let body: sealpost_api::ErrorBody = serde_json::from_slice(&body).unwrap();
            Err((body.code, body.tries_left))
        });
    }
    tasks.join_all().await
}

#[tokio::test]
async fn a_resend_replaces_the_code_of_its_tab_only() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    let first = browser.challenge(&sealed, ANNA, 1).await.ok();
    browser.challenge(&sealed, ANNA, 2).await.ok();
    test.clock.advance(MINUTE);
    let again = browser.challenge(&sealed, ANNA, 1).await.ok();
    assert_ne!(first.reference, again.reference);
    let mails = test.deliver().await;
    // The replaced one was still queued: it is not sent any more.
    assert_eq!(mails.len(), 2);
    let of = |reference: &str| {
        let mail = mails
            .iter()
            .find(|mail| mail.raw.contains(reference))
            .unwrap();
        mail.code.clone()
    };
    assert!(!mails.iter().any(|mail| mail.raw.contains(&first.reference)));
    let code = of(&again.reference);
    let other_tab = mails
        .iter()
        .find(|mail| mail.code != code)
        .unwrap()
        .code
        .clone();
    assert_eq!(
        browser.verify(&sealed, ANNA, 1, &other_tab).await.code(),
        ErrorCode::CodeWrong
    );
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
    // The second tab still waits for its own code; the new session took it along.
    browser.verify(&sealed, ANNA, 2, &other_tab).await.ok();
}
