//! Tests of passkeys that are refused: whatever is wrong, the answer is one and the same, and the audit says why.

use std::sync::{Arc, Mutex};

use sealpost_api::{
    Bounded, ErrorCode,
    passkey::{PasskeyUseFinish, PasskeyUsed},
};
use sealpost_portal::erasure::sweep;

use crate::{
    passkey::enrolled,
    passkey_authenticator::{Authenticator, Key},
    support::{ANNA, Answer, Sealed, TestPortal},
};

const MINUTE: i64 = 60;

/// The one answer, byte for byte, but for the request's id.
pub(crate) fn assert_refused<E: sealpost_api::Endpoint>(answer: &Answer<E>, what: &str) {
    let body = answer.refused();
    assert_eq!(body.code, ErrorCode::PasskeyRefused, "{what}");
    let text = String::from_utf8(answer.raw.body.clone()).unwrap();
    let text = text.replace(&body.request_id, "ID");
    assert_eq!(
        text, r#"{"code":"passkey_refused","request_id":"ID"}"#,
        "{what}"
    );
    assert!(answer.raw.header("set-cookie").is_none(), "{what}");
}

pub(crate) async fn last_outcome(test: &TestPortal) -> String {
    let outcomes =
        "SELECT outcome FROM audit WHERE event LIKE 'passkey%' ORDER BY rowid DESC LIMIT 1";
    test.sql::<String>(outcomes).await.remove(0)
}

struct Wrong {
    what: &'static str,
    reason: &'static str,
    authenticator: fn(&mut Authenticator),
    answer: fn(&mut PasskeyUsed),
}

const RIGHT: fn(&mut PasskeyUsed) = |_| {};
const AS_IT_IS: fn(&mut Authenticator) = |_| {};

fn flipped<const MAX: usize>(bytes: &Bounded<MAX>, at: usize) -> Bounded<MAX> {
    let mut bytes = bytes.as_bytes().to_vec();
    bytes[at] ^= 1;
    Bounded::new(bytes).unwrap()
}

const WRONG: &[Wrong] = &[
    Wrong {
        what: "an id that is not registered",
        reason: "unknown",
        authenticator: |it| it.id = vec![9; 32],
        answer: RIGHT,
    },
    Wrong {
        what: "another person's user handle",
        reason: "unknown",
        authenticator: |it| it.user = vec![9; 32],
        answer: RIGHT,
    },
    Wrong {
        what: "a user handle of another length",
        reason: "challenge",
        authenticator: |it| it.user = vec![9; 16],
        answer: RIGHT,
    },
    Wrong {
        what: "another key",
        reason: "signature",
        authenticator: |it| it.key = Key::es256(99),
        answer: RIGHT,
    },
    Wrong {
        what: "a key of another algorithm",
        reason: "signature",
        authenticator: |it| it.key = Key::eddsa(1),
        answer: RIGHT,
    },
    Wrong {
        what: "the key that stands in for an unknown one",
        reason: "unknown",
        authenticator: |it| {
            let mut one = [0; 32];
            one[31] = 1;
            it.key = Key::Es256(p256::ecdsa::SigningKey::from_slice(&one).unwrap());
            it.id = vec![9; 32];
        },
        answer: RIGHT,
    },
    Wrong {
        what: "a changed signature",
        reason: "signature",
        authenticator: AS_IT_IS,
        answer: |used| {
            let last = used.signature.as_bytes().len() - 1;
            used.signature = flipped(&used.signature, last);
        },
    },
    Wrong {
        what: "a changed counter",
        reason: "signature",
        authenticator: AS_IT_IS,
        answer: |used| {
            used.authenticator_data = flipped(&used.authenticator_data, 33);
        },
    },
    Wrong {
        what: "the person not verified",
        reason: "not_verified",
        authenticator: |it| it.is_verified = false,
        answer: RIGHT,
    },
    Wrong {
        what: "nobody there",
        reason: "not_verified",
        authenticator: |it| it.is_present = false,
        answer: RIGHT,
    },
    Wrong {
        what: "another origin",
        reason: "origin",
        authenticator: |it| it.origin = "https://portal.example.org".to_owned(),
        answer: RIGHT,
    },
    Wrong {
        what: "a subdomain",
        reason: "origin",
        authenticator: |it| it.origin = "https://evil.portal.example.com".to_owned(),
        answer: RIGHT,
    },
    Wrong {
        what: "another port",
        reason: "origin",
        authenticator: |it| it.origin = "https://portal.example.com:8443".to_owned(),
        answer: RIGHT,
    },
    Wrong {
        what: "http",
        reason: "origin",
        authenticator: |it| it.origin = "http://portal.example.com".to_owned(),
        answer: RIGHT,
    },
    Wrong {
        what: "an origin that is only spelt alike",
        reason: "origin",
        authenticator: |it| it.origin = "https://portal.example.com/".to_owned(),
        answer: RIGHT,
    },
    Wrong {
        what: "a frame in another site",
        reason: "origin",
        authenticator: |it| it.is_cross_origin = true,
        answer: RIGHT,
    },
    Wrong {
        what: "another relying party",
        reason: "relying_party",
        authenticator: |it| it.rp_id = Some("example.com".to_owned()),
        answer: RIGHT,
    },
    Wrong {
        what: "another challenge",
        reason: "challenge",
        authenticator: |it| it.challenge = Some(vec![1; 16]),
        answer: RIGHT,
    },
    Wrong {
        what: "a challenge of another length",
        reason: "challenge",
        authenticator: |it| it.challenge = Some(vec![1; 32]),
        answer: RIGHT,
    },
    Wrong {
        what: "the client data of a registration",
        reason: "malformed",
        authenticator: |it| it.kind = Some("webauthn.create"),
        answer: RIGHT,
    },
    Wrong {
        what: "a passkey that became synchronised",
        reason: "backup",
        authenticator: |it| it.is_backup_eligible = true,
        answer: RIGHT,
    },
    Wrong {
        what: "authenticator data cut short",
        reason: "malformed",
        authenticator: AS_IT_IS,
        answer: |used| {
            let data = used.authenticator_data.as_bytes()[..36].to_vec();
            used.authenticator_data = Bounded::new(data).unwrap();
        },
    },
    Wrong {
        what: "client data that is not JSON",
        reason: "challenge",
        authenticator: AS_IT_IS,
        answer: |used| used.client_data = Bounded::new(b"{".to_vec()).unwrap(),
    },
];

#[tokio::test]
async fn every_wrong_assertion_gets_the_same_answer_and_its_own_reason_in_the_audit() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (_, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    for wrong in WRONG {
        let mut twisted = authenticator.clone();
        (wrong.authenticator)(&mut twisted);
        let mut browser = test.browser();
        let options = browser.use_start().await;
        let mut used = twisted.assert(&options);
        (wrong.answer)(&mut used);
        let answer = browser.post::<PasskeyUseFinish>(&used).await;
        assert_refused(&answer, wrong.what);
        assert!(!browser.session_view().await.signed_in, "{}", wrong.what);
        sweep(&test.portal).await.unwrap();
        assert_eq!(
            last_outcome(&test).await,
            format!("passkey_refused: {}", wrong.reason),
            "{}",
            wrong.what
        );
    }
    // None of it did any harm.
    let mut browser = test.browser();
    browser.touch(&mut authenticator).await.ok();
    browser.open(&sealed).await.unwrap();
}

#[tokio::test]
async fn a_challenge_is_good_once_for_five_minutes_in_one_browser_and_for_one_thing() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (mut owner, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;

    let mut browser = test.browser();
    let options = browser.use_start().await;
    let used = authenticator.assert(&options);
    let mut thief = test.browser();
    assert_refused(
        &thief.post::<PasskeyUseFinish>(&used).await,
        "without a session",
    );
    thief.use_start().await;
    assert_refused(
        &thief.post::<PasskeyUseFinish>(&used).await,
        "in another session",
    );
    browser.post::<PasskeyUseFinish>(&used).await.ok();
    assert_refused(
        &browser.post::<PasskeyUseFinish>(&used).await,
        "for the second time",
    );

    // A wrong answer spends it too.
    let options = browser.use_start().await;
    let mut wrong = authenticator.assert(&options);
    wrong.signature = flipped(&wrong.signature, 8);
    browser.post::<PasskeyUseFinish>(&wrong).await.refused();
    let right = authenticator.assert(&options);
    assert_refused(
        &browser.post::<PasskeyUseFinish>(&right).await,
        "after a wrong answer",
    );

    let options = browser.use_start().await;
    let used = authenticator.assert(&options);
    test.clock.advance(5 * MINUTE);
    assert_refused(
        &browser.post::<PasskeyUseFinish>(&used).await,
        "five minutes late",
    );

    let make = owner.make_start().await.ok();
    let mut options = owner.use_start().await;
    options.challenge = make.challenge;
    let used = authenticator.assert(&options);
    assert_refused(
        &owner.post::<PasskeyUseFinish>(&used).await,
        "a challenge for making",
    );
}

#[tokio::test]
async fn two_uses_of_one_challenge_at_the_same_time_sign_in_once() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (_, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    let mut first = test.browser();
    let options = first.use_start().await;
    let mut second = first.clone();
    let used = authenticator.assert(&options);
    let (one, other) = tokio::join!(
        first.post::<PasskeyUseFinish>(&used),
        second.post::<PasskeyUseFinish>(&used)
    );
    let done = [&one, &other]
        .iter()
        .filter(|answer| answer.raw.status.is_success())
        .count();
    assert_eq!(done, 1);
}

#[tokio::test]
async fn a_cloned_authenticator_is_noticed_locked_and_signed_out() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (_, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    let mut clone = authenticator.clone();
    for _ in 0..2 {
        test.browser().touch(&mut authenticator).await.ok();
    }
    let mut owner = test.browser();
    owner.touch(&mut authenticator).await.ok();
    owner.open(&sealed).await.unwrap();

    assert_refused(&test.browser().touch(&mut clone).await, "the clone");
    assert_eq!(last_outcome(&test).await, "passkey_refused: counter");
    let about = "SELECT COUNT(*) FROM audit WHERE outcome = 'passkey_refused: counter' AND address IS NOT NULL";
    assert_eq!(test.sql::<i64>(about).await, [1]);
    assert_eq!(
        test.sql::<i64>("SELECT COUNT(*) FROM passkey WHERE locked IS NOT NULL")
            .await,
        [1]
    );
    // Nobody knows which of the two is the owner's.
    assert_eq!(owner.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    for authenticator in [&mut authenticator, &mut clone] {
        authenticator.counter = Some(1000);
        let answer = test.browser().touch(authenticator).await;
        assert_refused(&answer, "locked");
        assert_eq!(last_outcome(&test).await, "passkey_refused: locked");
    }
    // The way back is a code.
    test.clock.advance(2 * MINUTE);
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    browser.open(&sealed).await.unwrap();
}

/// The log's lines, kept.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_counter_that_stops_counting_is_a_clone_too_and_the_log_says_so() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (_, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    authenticator.counter = None;
    let log = Log::default();
    let writer = Mutex::new(log.clone());
    let subscriber = tracing_subscriber::fmt().with_writer(writer).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    assert_refused(&test.browser().touch(&mut authenticator).await, "zero");
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("WARN") && log.contains("counter went back"),
        "{log}"
    );
    assert_eq!(last_outcome(&test).await, "passkey_refused: counter");
}

#[tokio::test]
async fn the_database_names_nobody() {
    let test = TestPortal::start().await;
    let sealed: Sealed = test.registered(1, &[ANNA]).await;
    let (_, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    test.browser().touch(&mut authenticator).await.ok();
    test.portal.store().close().await;
    let bytes = std::fs::read(test.database()).unwrap();
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    // The control: what is kept is found.
    assert!(holds(&authenticator.id) && holds(&authenticator.user));
    for part in ["anna", "example.org", "portal.example.com"] {
        assert!(!holds(part.as_bytes()), "{part}");
    }
}
