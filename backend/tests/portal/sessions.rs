//! Tests of sessions: how long they live, what their cookie says, and that no id survives a sign-in.

use sealpost_api::{
    ErrorCode,
    recipient::{SessionView, SignOut, SignOutRequest},
};

use crate::support::{ANNA, Caller, EVE, TestPortal};

const MINUTE: i64 = 60;

async fn signed_in(browser: &mut Caller<'_>) -> bool {
    let raw = browser.get("/api/v1/session").await;
    serde_json::from_slice::<SessionView>(&raw.body)
        .unwrap()
        .signed_in
}

#[tokio::test]
async fn the_cookie_is_bound_to_the_host_and_unreadable_for_scripts() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let answer = test.browser().challenge(&sealed, ANNA, 1).await;
    let cookie = answer.raw.header("set-cookie").unwrap();
    let (pair, attributes) = cookie.split_once(';').unwrap();
    assert_eq!(pair.len(), "__Host-session=".len() + 43);
    assert!(pair.starts_with("__Host-session="));
    assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Strict; Secure");
}

#[tokio::test]
async fn the_cookie_on_plain_loopback_has_no_secure_flag() {
    let test = TestPortal::start_with("origin = \"http://localhost:8080\"").await;
    let sealed = test.registered(1, &[ANNA]).await;
    let answer = test.browser().challenge(&sealed, ANNA, 1).await;
    let cookie = answer.raw.header("set-cookie").unwrap();
    assert!(cookie.starts_with("session="), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    assert!(answer.raw.header("strict-transport-security").is_none());
}

#[tokio::test]
async fn signing_in_changes_the_session_id_and_kills_the_old_one() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let mut planted = browser.clone();
    assert!(!signed_in(&mut browser).await);
    let code = test.deliver().await[0].code.clone();
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
    assert_ne!(browser.cookie, planted.cookie);
    assert!(signed_in(&mut browser).await);
    assert!(!signed_in(&mut planted).await);
    assert_eq!(planted.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    assert_eq!(test.sql::<i64>("SELECT COUNT(*) FROM session").await, [1]);
}

#[tokio::test]
async fn a_session_ends_after_thirty_idle_minutes() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    for _ in 0..3 {
        test.clock.advance(30 * MINUTE - 1);
        browser.open(&sealed).await.unwrap();
    }
    test.clock.advance(30 * MINUTE);
    assert!(!signed_in(&mut browser).await);
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::NotSignedIn));
}

#[tokio::test]
async fn a_session_ends_after_eight_hours_in_any_case() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    for _ in 0..23 {
        test.clock.advance(20 * MINUTE);
        browser.open(&sealed).await.unwrap();
    }
    test.clock.advance(20 * MINUTE);
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::NotSignedIn));
}

#[tokio::test]
async fn signing_out_ends_the_session_and_clears_the_cache() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    let mut kept = browser.clone();
    let answer = browser.post::<SignOut>(&SignOutRequest {}).await;
    answer.ok();
    assert_eq!(answer.raw.header("clear-site-data"), Some("\"cache\""));
    assert!(
        answer
            .raw
            .header("set-cookie")
            .unwrap()
            .contains("Max-Age=0")
    );
    assert!(browser.cookie.is_none());
    assert_eq!(kept.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    // Without a session it is the same answer.
    test.browser()
        .post::<SignOut>(&SignOutRequest {})
        .await
        .ok();
}

#[tokio::test]
async fn a_session_opens_every_message_to_its_address_and_no_other() {
    let test = TestPortal::start().await;
    let first = test.registered(1, &[ANNA]).await;
    let second = test.registered(2, &[EVE, ANNA]).await;
    let third = test.registered(3, &[EVE]).await;
    let mut browser = test.browser();
    browser.sign_in(&first, ANNA).await;
    browser.open(&first).await.unwrap();
    browser.open(&second).await.unwrap();
    assert_eq!(browser.open(&third).await, Err(ErrorCode::NotARecipient));
}

#[tokio::test]
async fn the_database_does_not_hold_what_a_cookie_holds() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    let cookie = browser.cookie.clone().unwrap();
    let value = cookie.split_once('=').unwrap().1;
    let raw = data_encoding::BASE64URL_NOPAD
        .decode(value.as_bytes())
        .unwrap();
    let ids = test.sql::<Vec<u8>>("SELECT id FROM session").await;
    assert_eq!(ids.len(), 1);
    assert!(ids[0] != raw && ids[0] != value.as_bytes());
}
