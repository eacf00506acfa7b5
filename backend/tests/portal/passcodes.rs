//! Tests of passcodes: what is refused, what is counted, and that a stranger sees what a recipient sees.

use sealpost_api::ErrorCode;
use tokio::task::JoinSet;

use crate::support::{ANNA, EVE, Sealed, TestPortal};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

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

#[tokio::test]
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

#[tokio::test]
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

/// Verifies all codes at the same time, on threads of their own.
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
    let mut tasks = JoinSet::new();
    for body in bodies {
        let router = browser.test.router.clone();
        let request = axum::http::Request::post("/api/v1/sign-in/verify")
            .header("content-type", "application/json")
            .header("cookie", browser.cookie.clone().unwrap())
            .body(axum::body::Body::from(body.to_string()))
            .unwrap();
        tasks.spawn(async move {
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
    test.clock.advance(21 * HOUR);
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
async fn a_stranger_gets_a_recipients_answer_and_no_mail() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let recipient = test.browser().challenge(&sealed, ANNA, 1).await;
    let stranger = test.browser().challenge(&sealed, EVE, 1).await;
    let (mut one, mut other) = (recipient.ok(), stranger.ok());
    for reference in [&mut one.reference, &mut other.reference] {
        assert_eq!(reference.len(), 7);
        reference.clear();
    }
    assert_eq!(one, other);
    assert_eq!(recipient.raw.body.len(), stranger.raw.body.len());
    let shape = |answer: &crate::support::Raw| -> Vec<(String, usize)> {
        let headers = answer.headers.iter();
        headers
            .map(|(name, value)| (name.to_string(), value.len()))
            .collect()
    };
    assert_eq!(shape(&recipient.raw), shape(&stranger.raw));

    let sizes = test
        .sql::<i64>("SELECT LENGTH(payload) FROM mail_queue")
        .await;
    assert_eq!(sizes.len(), 2);
    assert_eq!(sizes[0], sizes[1]);
    let mails = test.deliver().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ANNA);
    assert!(
        test.sql::<Vec<u8>>("SELECT id FROM mail_queue")
            .await
            .is_empty(),
        "both rows are gone"
    );
}

#[tokio::test]
async fn a_strangers_tries_and_budgets_are_a_recipients() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut outcomes = Vec::new();
    for address in [ANNA, EVE] {
        let mut browser = test.browser();
        let mut codes = Vec::new();
        browser.challenge(&sealed, address, 1).await.ok();
        codes.push(browser.challenge(&sealed, address, 1).await.refused().code);
        for _ in 0..7 {
            let refused = browser
                .verify(&sealed, address, 1, "00000000")
                .await
                .refused();
            codes.push(refused.code);
        }
        for tab in 2..8 {
            let answer = browser.challenge(&sealed, address, tab).await;
            if answer.raw.status.is_success() {
                answer.ok();
            } else {
                codes.push(answer.code());
            }
        }
        outcomes.push(codes);
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert!(outcomes[0].contains(&ErrorCode::TooManyCodes));
}

#[tokio::test]
async fn an_unknown_message_and_a_wrong_tag_are_one_answer() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let unknown = Sealed::new(2);
    let wrong_tag = Sealed {
        tag: [0; 32],
        ..sealed
    };
    let mut bodies = Vec::new();
    for sealed in [unknown, wrong_tag] {
        let mut browser = test.browser();
        for answer in [
            browser.challenge(&sealed, ANNA, 1).await.raw,
            browser.verify(&sealed, ANNA, 1, "12345678").await.raw,
        ] {
            let mut refused = answer.refused();
            assert_eq!(refused.code, ErrorCode::UnknownMessage);
            refused.request_id.clear();
            let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            assert!(!names.contains(&"set-cookie".to_owned()));
            bodies.push((refused, names, answer.body.len()));
        }
        assert_eq!(browser.open(&sealed).await, Err(ErrorCode::UnknownMessage));
    }
    assert_eq!(bodies[0], bodies[2]);
    assert_eq!(bodies[1], bodies[3]);
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
