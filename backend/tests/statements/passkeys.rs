//! Tests that a passkey that is registered and one that is not cause the same statements and the same answer, so that neither tells
//! a stranger who is registered.

use sealpost_api::{
    ErrorCode,
    passkey::{
        PasskeyMakeFinish, PasskeyMakeStart, PasskeyMakeStartRequest, PasskeyUseFinish,
        PasskeyUseStart, PasskeyUseStartRequest,
    },
};

use crate::{
    passkey_authenticator::{Authenticator, Key},
    recorder::Recorder,
    support::{ANNA, TestPortal},
};

/// What a stranger sees: status and body of both answers, without what is random in them.
async fn ask(test: &TestPortal, authenticator: &mut Authenticator) -> Vec<String> {
    let mut browser = test.browser();
    let request = PasskeyUseStartRequest {};
    let started = browser.post::<PasskeyUseStart>(&request).await;
    let options = started.ok();
    let used = authenticator.assert(&options);
    let answer = browser.post::<PasskeyUseFinish>(&used).await;
    let refused = answer.refused();
    assert_eq!(refused.code, ErrorCode::PasskeyRefused);
    let mut seen = Vec::new();
    for raw in [&started.raw, &answer.raw] {
        let mut headers: Vec<_> = raw.headers.keys().map(ToString::to_string).collect();
        headers.sort();
        seen.push(format!("{} {headers:?}", raw.status));
        seen.push(
            String::from_utf8_lossy(&raw.body)
                .replace(&refused.request_id, "ID")
                .replace(
                    &data_encoding::BASE64URL_NOPAD.encode(options.challenge.as_bytes()),
                    "CHALLENGE",
                ),
        );
    }
    seen
}

#[tokio::test]
async fn a_registered_passkey_and_an_unknown_one_cause_the_same_statements_and_answer() {
    let recorder = Recorder::hold().await;
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    let request = PasskeyMakeStartRequest {};
    let options = browser.post::<PasskeyMakeStart>(&request).await.ok();
    let mut authenticator = Authenticator::new(Key::es256(1), 1);
    let made = authenticator.make(&options);
    browser.post::<PasskeyMakeFinish>(&made).await.ok();
    recorder.take();

    // A stranger who has learned credential ids has no key to any of them.
    let known = Authenticator {
        key: Key::es256(2),
        ..authenticator.clone()
    };
    let (mut before, mut after, mut other_person) = (known.clone(), known.clone(), known.clone());
    before.id = vec![0; 32];
    after.id = vec![9; 32];
    other_person.user = vec![9; 32];
    let mut runs = Vec::new();
    for mut strangers in [known, before, after, other_person] {
        runs.push((ask(&test, &mut strangers).await, recorder.take()));
    }
    for run in &runs[1..] {
        assert_eq!(run.0, runs[0].0, "the answers");
        assert_eq!(run.1, runs[0].1, "the statements");
    }

    // The control: the recorder sees what it should, and that the passkey itself is another course.
    for part in [
        "DELETE FROM passkey_challenge",
        "FROM passkey WHERE",
        "INSERT INTO audit",
    ] {
        assert!(
            runs[0].1.iter().any(|statement| statement.contains(part)),
            "{part}: {:#?}",
            runs[0].1
        );
    }
    let mut owner = test.browser();
    let request = PasskeyUseStartRequest {};
    let options = owner.post::<PasskeyUseStart>(&request).await.ok();
    let used = authenticator.assert(&options);
    owner.post::<PasskeyUseFinish>(&used).await.ok();
    assert_ne!(recorder.take(), runs[0].1);
}
