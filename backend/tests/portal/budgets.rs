//! Tests of how many passcodes there are: for a tab, an address and a message, a network, a sender.

use sealpost_api::ErrorCode;

use crate::support::{ANNA, TestPortal};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

#[tokio::test]
async fn a_resend_storm_sends_one_mail_and_says_when_to_come_back() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    test.clock.advance(17);
    for _ in 0..20 {
        let refused = browser.challenge(&sealed, ANNA, 1).await.refused();
        assert_eq!(
            (refused.code, refused.retry_after),
            (ErrorCode::TooSoon, Some(43))
        );
    }
    assert_eq!(test.deliver().await.len(), 1);
    test.clock.advance(43);
    browser.challenge(&sealed, ANNA, 1).await.ok();
    assert_eq!(test.deliver().await.len(), 2);
}

#[tokio::test]
async fn an_address_gets_five_codes_an_hour_and_fifteen_a_day_for_a_message() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    for hour in 0..3_u8 {
        for number in 0..5_u8 {
            browser
                .challenge(&sealed, ANNA, hour * 5 + number)
                .await
                .ok();
        }
        if hour < 2 {
            let refused = browser.challenge(&sealed, ANNA, 100).await.refused();
            assert_eq!(refused.code, ErrorCode::TooManyCodes);
            assert_eq!(refused.retry_after, Some(3600));
            test.clock.advance(HOUR);
        }
    }
    test.clock.advance(HOUR);
    let refused = browser.challenge(&sealed, ANNA, 100).await.refused();
    assert_eq!(refused.code, ErrorCode::TooManyCodes);
    assert_eq!(refused.retry_after, Some(21 * 3600));
    // In whole minutes, so that it does not say to the second when the code before was.
    test.clock.advance(61);
    let refused = browser.challenge(&sealed, ANNA, 100).await.refused();
    assert_eq!(refused.retry_after, Some(21 * 3600 - 60));
    test.clock.advance(21 * HOUR - 61);
    browser.challenge(&sealed, ANNA, 100).await.ok();
}

#[tokio::test]
async fn a_network_gets_thirty_codes_an_hour() {
    let test = TestPortal::start().await;
    let mut addresses: Vec<String> = (0..31)
        .map(|number| format!("r{number}@example.org"))
        .collect();
    let names: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let sealed = test.registered(1, &names).await;
    let mut browser = test.browser();
    let last = addresses.pop().unwrap();
    for (number, address) in addresses.iter().enumerate() {
        browser.address = format!("198.51.100.{number}").parse().unwrap();
        browser.challenge(&sealed, address, 1).await.ok();
    }
    let refused = browser.challenge(&sealed, &last, 1).await.refused();
    assert_eq!(
        (refused.code, refused.retry_after),
        (ErrorCode::TooManyCodes, Some(3600))
    );
    browser.address = "198.51.101.1".parse().unwrap();
    browser.challenge(&sealed, &last, 1).await.ok();
}

#[tokio::test]
async fn clients_of_the_proxy_on_this_machine_are_networks_of_their_own() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.address = "127.0.0.1".parse().unwrap();
    let site = browser.headers.clone();
    let asked = |client: u8, number: u8| {
        let mut browser = browser.clone();
        let address = format!("198.51.{client}.1:4711");
        browser.headers = [site.clone(), vec![("x-forwarded-for", address)]].concat();
        let typed = format!("r{number}@example.org");
        let sealed = &sealed;
        async move { browser.challenge(sealed, &typed, 1).await.raw.status }
    };
    for number in 0..30 {
        assert!(asked(1, number).await.is_success());
    }
    assert_eq!(asked(1, 30).await.as_u16(), 429);
    assert!(asked(2, 30).await.is_success());
}

#[tokio::test]
async fn a_refused_challenge_leaves_nothing_behind() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    for _ in 0..5 {
        test.browser().challenge(&sealed, ANNA, 1).await.ok();
        test.clock.advance(MINUTE);
    }
    let count = "SELECT (SELECT COUNT(*) FROM session) || ' ' || (SELECT COUNT(*) FROM audit)";
    let before = test.sql::<String>(count).await;
    for _ in 0..5 {
        let refused = test.browser().challenge(&sealed, ANNA, 1).await;
        assert_eq!(refused.code(), ErrorCode::TooManyCodes);
        assert_eq!(refused.raw.header("set-cookie"), None);
    }
    assert_eq!(test.sql::<String>(count).await, before);
}

#[tokio::test]
async fn one_sender_cannot_lock_an_address_out_of_anothers_messages() {
    let test = TestPortal::start().await;
    let mut browser = test.browser();
    let mut sent = 0;
    for number in 0..13_u8 {
        let sealed = test.registered(number, &[ANNA]).await;
        browser.address = format!("198.51.{number}.1").parse().unwrap();
        for tab in 0..5 {
            let answer = browser.challenge(&sealed, ANNA, tab).await;
            if sent < 60 {
                answer.ok();
                sent += 1;
            } else {
                assert_eq!(answer.code(), ErrorCode::TooManyCodes);
            }
        }
    }
    let other = test.restart().await; // makes a second sender's token
    let sealed = other.registered(99, &[ANNA]).await;
    other.browser().challenge(&sealed, ANNA, 1).await.ok();
}

#[tokio::test]
async fn what_is_no_address_is_refused_before_anything_is_counted() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    for typed in [
        "",
        "anna",
        "anna@example.org, eve@example.net",
        "anna@example.org\r\nBcc: eve@example.net",
    ] {
        let answer = test.browser().challenge(&sealed, typed, 1).await;
        assert_eq!(answer.code(), ErrorCode::BadAddress);
    }
    assert!(
        test.sql::<i64>("SELECT at FROM budget_use")
            .await
            .is_empty()
    );
}
