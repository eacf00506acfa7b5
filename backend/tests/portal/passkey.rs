//! Tests of passkeys that work: made after a first proof, they open the next message, and age as their proofs do.

use sealpost_api::{
    ErrorCode,
    passkey::{
        PasskeyMade, PasskeyMakeFinish, PasskeyMakeOptions, PasskeyMakeStart,
        PasskeyMakeStartRequest, PasskeyUseFinish, PasskeyUseOptions, PasskeyUseStart,
        PasskeyUseStartRequest,
    },
    recipient::SessionView,
};
use sealpost_portal::erasure::sweep;

use crate::{
    passkey_authenticator::{Authenticator, Key},
    support::{ANNA, Answer, Caller, EVE, Sealed, TestPortal},
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Caller<'_> {
    pub(crate) async fn session_view(&mut self) -> SessionView {
        let raw = self.get("/api/v1/session").await;
        serde_json::from_slice(&raw.body).unwrap()
    }

    pub(crate) async fn make_start(&mut self) -> Answer<PasskeyMakeStart> {
        self.post(&PasskeyMakeStartRequest {}).await
    }

    pub(crate) async fn make_finish(&mut self, made: &PasskeyMade) -> Answer<PasskeyMakeFinish> {
        self.post(made).await
    }

    pub(crate) async fn use_start(&mut self) -> PasskeyUseOptions {
        self.post::<PasskeyUseStart>(&PasskeyUseStartRequest {})
            .await
            .ok()
    }

    /// Makes a passkey in the session that there is.
    pub(crate) async fn make(&mut self, authenticator: &mut Authenticator) {
        let options = self.make_start().await.ok();
        let made = authenticator.make(&options);
        self.make_finish(&made).await.ok();
    }

    /// Signs in with a passkey.
    pub(crate) async fn touch(
        &mut self,
        authenticator: &mut Authenticator,
    ) -> Answer<PasskeyUseFinish> {
        let options = self.use_start().await;
        self.post(&authenticator.assert(&options)).await
    }
}

/// A browser that signed in with a code, and a passkey made there.
pub(crate) async fn enrolled<'a>(
    test: &'a TestPortal,
    sealed: &Sealed,
    address: &str,
    seed: u8,
) -> (Caller<'a>, Authenticator) {
    let mut browser = test.browser();
    browser.sign_in(sealed, address).await;
    let mut authenticator = Authenticator::new(Key::es256(seed), seed);
    browser.make(&mut authenticator).await;
    (browser, authenticator)
}

#[tokio::test]
async fn a_passkey_of_each_algorithm_opens_the_next_message_without_a_mail() {
    for key in [Key::es256(1), Key::eddsa(2), Key::rs256()] {
        let test = TestPortal::start().await;
        let sealed = test.registered(1, &[ANNA]).await;
        let mut browser = test.browser();
        browser.sign_in(&sealed, ANNA).await;
        assert!(browser.session_view().await.passkey_offered);
        let mut authenticator = Authenticator::new(key, 7);
        browser.make(&mut authenticator).await;
        assert!(
            !browser.session_view().await.passkey_offered,
            "there is one now"
        );

        let next = test.registered(2, &[ANNA]).await;
        let mut other = test.browser();
        assert_eq!(other.open(&next).await, Err(ErrorCode::NotSignedIn));
        let view = other.touch(&mut authenticator).await.ok();
        assert!(view.signed_in && view.account.is_none() && !view.passkey_offered);
        other.open(&next).await.unwrap();
        other.open(&sealed).await.unwrap();
        assert_eq!(test.deliver().await.len(), 1, "the first proof's");
        let outcomes = "SELECT event || ' ' || outcome FROM audit WHERE event LIKE 'passkey%' ORDER BY at, event";
        assert_eq!(
            test.sql::<String>(outcomes).await,
            ["passkey_make done", "passkey_use done"]
        );
        assert_eq!(
            test.sql::<i64>(
                "SELECT COUNT(*) FROM audit WHERE event LIKE 'passkey%' AND address IS NOT NULL"
            )
            .await,
            [2]
        );
    }
}

#[tokio::test]
async fn what_authenticators_add_by_themselves_and_synchronised_ones_do_not_hinder() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    let mut authenticator = Authenticator {
        counter: None,
        is_backup_eligible: true,
        has_cred_protect: true,
        ..Authenticator::new(Key::es256(3), 3)
    };
    browser.make(&mut authenticator).await;
    for _ in 0..3 {
        let mut other = test.browser();
        other.touch(&mut authenticator).await.ok();
        other.open(&sealed).await.unwrap();
    }
}

#[tokio::test]
async fn a_use_changes_the_session_id_and_kills_the_old_one() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (_, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    let mut browser = test.browser();
    let options = browser.use_start().await;
    let mut planted = browser.clone();
    let used = authenticator.assert(&options);
    let answer = browser.post::<PasskeyUseFinish>(&used).await;
    answer.ok();
    let cookie = answer.raw.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("__Host-session=")
            && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"),
        "{cookie}"
    );
    assert_ne!(browser.cookie, planted.cookie);
    assert!(!planted.session_view().await.signed_in);
    assert_eq!(planted.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    browser.open(&sealed).await.unwrap();
}

#[tokio::test]
async fn the_options_of_a_use_are_the_same_for_everyone() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (mut owner, _) = enrolled(&test, &sealed, ANNA, 1).await;
    let mut stranger = test.browser();
    let (mut mine, theirs) = (owner.use_start().await, stranger.use_start().await);
    assert_ne!(mine.challenge, theirs.challenge);
    assert_eq!(mine.challenge.as_bytes().len(), 16);
    mine.challenge = theirs.challenge.clone();
    assert_eq!(mine, theirs);
    assert_eq!(mine.rp_id, "portal.example.com");
    assert_eq!(mine.timeout, 300_000);
}

#[tokio::test]
async fn the_options_of_a_new_passkey_name_nobody() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA, EVE]).await;
    let mut users = Vec::new();
    for address in [ANNA, EVE] {
        let mut browser = test.browser();
        browser.sign_in(&sealed, address).await;
        let options: PasskeyMakeOptions = browser.make_start().await.ok();
        assert_eq!(options.rp_id, "portal.example.com");
        assert_eq!(options.rp_name, "Example Portal");
        assert_eq!(options.algorithms, [-7, -8, -257]);
        assert!(options.exclude.is_empty());
        assert_eq!(options.user.as_bytes().len(), 32);
        users.push(options.user);
    }
    assert_ne!(users[0], users[1]);
}

#[tokio::test]
async fn several_passkeys_open_one_address_and_none_is_made_twice() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (mut browser, mut first) = enrolled(&test, &sealed, ANNA, 1).await;
    let options = browser.make_start().await.ok();
    assert_eq!(options.exclude.len(), 1);
    assert_eq!(options.exclude[0].as_bytes(), first.id);
    assert_eq!(options.user.as_bytes(), first.user, "the same person");
    let mut second = Authenticator::new(Key::eddsa(2), 2);
    let made = second.make(&options);
    browser.make_finish(&made).await.ok();
    for authenticator in [&mut first, &mut second] {
        let mut other = test.browser();
        other.touch(authenticator).await.ok();
        other.open(&sealed).await.unwrap();
    }

    // On another device, after another code: what opens the address is excluded there too.
    test.clock.advance(2 * MINUTE);
    let mut elsewhere = test.browser();
    elsewhere.sign_in(&sealed, ANNA).await;
    assert!(elsewhere.session_view().await.passkey_offered);
    assert_eq!(elsewhere.make_start().await.ok().exclude.len(), 2);
}

#[tokio::test]
async fn there_are_twenty_passkeys_at_most() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (mut browser, _) = enrolled(&test, &sealed, ANNA, 1).await;
    for seed in 2..=20 {
        browser
            .make(&mut Authenticator::new(Key::es256(seed), seed))
            .await;
    }
    assert_eq!(browser.make_start().await.code(), ErrorCode::WayNotAllowed);
    assert_eq!(test.sql::<i64>("SELECT COUNT(*) FROM passkey").await, [20]);
}

#[tokio::test]
async fn a_passkey_opens_what_was_proved_and_nothing_else() {
    let test = TestPortal::start().await;
    let annas = test.registered(1, &[ANNA]).await;
    let eves = test.registered(2, &[EVE]).await;
    let (_, mut annas_key) = enrolled(&test, &annas, ANNA, 1).await;
    let (_, mut eves_key) = enrolled(&test, &eves, EVE, 2).await;
    let mut browser = test.browser();
    browser.touch(&mut annas_key).await.ok();
    browser.open(&annas).await.unwrap();
    assert_eq!(browser.open(&eves).await, Err(ErrorCode::NotARecipient));
    // Somebody else's passkey in the same browser: nothing of the first one's stays.
    browser.touch(&mut eves_key).await.ok();
    browser.open(&eves).await.unwrap();
    assert_eq!(browser.open(&annas).await, Err(ErrorCode::NotARecipient));
}

#[tokio::test]
async fn a_session_by_passkey_makes_no_passkey_of_its_own() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (_, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    let mut browser = test.browser();
    browser.touch(&mut authenticator).await.ok();
    assert!(!browser.session_view().await.passkey_offered);
    assert_eq!(browser.make_start().await.code(), ErrorCode::WayNotAllowed);
}

#[tokio::test]
async fn only_a_session_that_proved_an_address_makes_a_passkey() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    assert_eq!(browser.make_start().await.code(), ErrorCode::NotSignedIn);
    browser.challenge(&sealed, ANNA, 1).await.ok();
    assert!(!browser.session_view().await.passkey_offered);
    assert_eq!(browser.make_start().await.code(), ErrorCode::NotSignedIn);

    // And not one that is over by then.
    let code = test.deliver().await[0].code.clone();
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
    let options = browser.make_start().await.ok();
    let made = Authenticator::new(Key::es256(1), 1).make(&options);
    let mut stranger = test.browser();
    assert_eq!(
        stranger.make_finish(&made).await.code(),
        ErrorCode::NotSignedIn
    );
    test.clock.advance(30 * MINUTE);
    assert_eq!(
        browser.make_finish(&made).await.code(),
        ErrorCode::NotSignedIn
    );
    assert_eq!(test.sql::<i64>("SELECT COUNT(*) FROM passkey").await, [0]);
}

#[tokio::test]
async fn a_passkey_ages_with_the_proof_it_was_made_after_however_often_it_is_used() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    // It proves what was proved then, not when it is made.
    test.clock.advance(20 * MINUTE);
    let mut authenticator = Authenticator::new(Key::es256(1), 1);
    browser.make(&mut authenticator).await;
    let proof = "SELECT (expires - proved) || ' ' || method FROM proof WHERE kind = 'passkey'";
    assert_eq!(
        test.sql::<String>(proof).await,
        [format!("{} code", 90 * DAY)]
    );

    for days in [30, 30] {
        test.clock.advance(days * DAY);
        sweep(&test.portal).await.unwrap();
        let mut browser = test.browser();
        browser.touch(&mut authenticator).await.ok();
        browser.open(&sealed).await.unwrap();
    }
    // A session does not outlive the proof it stands on.
    test.clock.advance(30 * DAY - 20 * MINUTE - 10 * MINUTE);
    let mut last = test.browser();
    last.touch(&mut authenticator).await.ok();
    last.open(&sealed).await.unwrap();
    test.clock.advance(10 * MINUTE);
    assert_eq!(last.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    assert_eq!(
        test.browser().touch(&mut authenticator).await.code(),
        ErrorCode::PasskeyRefused
    );
    sweep(&test.portal).await.unwrap();
    let rows = "SELECT (SELECT COUNT(*) FROM passkey) + (SELECT COUNT(*) FROM proof) + (SELECT COUNT(*) FROM passkey_challenge)";
    assert_eq!(test.sql::<i64>(rows).await, [0]);
}

#[tokio::test]
async fn challenges_are_bounded_per_session_and_erased_when_they_are_over() {
    let test = TestPortal::start().await;
    let mut browser = test.browser();
    let first = browser.use_start().await;
    for _ in 0..6 {
        browser.use_start().await;
        test.clock.advance(1);
    }
    let count = "SELECT COUNT(*) FROM passkey_challenge";
    assert_eq!(test.sql::<i64>(count).await, [4]);
    let mut authenticator = Authenticator::new(Key::es256(1), 1);
    authenticator.user = vec![1; 32];
    let used = authenticator.assert(&first);
    assert_eq!(
        browser.post::<PasskeyUseFinish>(&used).await.code(),
        ErrorCode::PasskeyRefused
    );
    test.clock.advance(5 * MINUTE - 2);
    sweep(&test.portal).await.unwrap();
    assert_eq!(test.sql::<i64>(count).await, [1]);
    test.clock.advance(1);
    sweep(&test.portal).await.unwrap();
    assert_eq!(test.sql::<i64>(count).await, [0]);
}

#[tokio::test]
async fn one_network_begins_a_bounded_number_of_uses() {
    let test = TestPortal::start().await;
    for _ in 0..300 {
        test.browser().use_start().await;
    }
    let answer = test
        .browser()
        .post::<PasskeyUseStart>(&PasskeyUseStartRequest {})
        .await;
    let refused = answer.refused();
    assert_eq!(refused.code, ErrorCode::Unavailable);
    assert!(refused.retry_after.unwrap() > 0);
    let mut elsewhere = test.browser();
    elsewhere.address = "192.0.2.1".parse().unwrap();
    elsewhere.use_start().await;
    test.clock.advance(HOUR);
    test.browser().use_start().await;
}

#[tokio::test]
async fn a_tab_that_waits_for_a_touch_outlives_the_sign_in_of_another() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (_, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    test.clock.advance(2 * MINUTE);
    let mut browser = test.browser();
    let options = browser.use_start().await;
    browser.sign_in(&sealed, ANNA).await;
    let used = authenticator.assert(&options);
    browser.post::<PasskeyUseFinish>(&used).await.ok();
    browser.open(&sealed).await.unwrap();
}

#[tokio::test]
async fn passkeys_work_on_localhost_over_http_and_not_on_an_address() {
    let origin = "http://localhost:8080";
    let test = TestPortal::start_with(&format!("origin = \"{origin}\"")).await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let code = test.deliver().await[0].code.clone();
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
    let mut authenticator = Authenticator {
        origin: origin.to_owned(),
        ..Authenticator::new(Key::es256(1), 1)
    };
    browser.make(&mut authenticator).await;
    let mut other = test.browser();
    assert!(other.touch(&mut authenticator).await.ok().signed_in);

    for origin in ["http://127.0.0.1:8080", "http://[::1]:8080"] {
        let test = TestPortal::start_with(&format!("origin = \"{origin}\"")).await;
        let sealed = test.registered(1, &[ANNA]).await;
        let mut browser = test.browser();
        browser.sign_in(&sealed, ANNA).await;
        assert!(!browser.session_view().await.passkey_offered);
        assert_eq!(browser.make_start().await.code(), ErrorCode::WayNotAllowed);
        let request = PasskeyUseStartRequest {};
        let answer = browser.post::<PasskeyUseStart>(&request).await;
        assert_eq!(answer.code(), ErrorCode::WayNotAllowed);
    }
}
