//! Tests of whose a passkey is: who sees it, who removes it, what a rule and a group's address allow.

use sealpost_api::{
    ErrorCode, ProofId,
    account::{
        Erase, EraseRequest, Forget, ForgetRequest, Me, MeRequest, MeResponse, ProofSource, Way,
        Ways, WaysRequest,
    },
};
use sealpost_portal::erasure::sweep;

use crate::{
    passkey::enrolled,
    passkey_authenticator::{Authenticator, Key},
    support::{ANNA, Caller, EVE, TestPortal},
};

const MINUTE: i64 = 60;

impl Caller<'_> {
    async fn about_me(&mut self) -> MeResponse {
        self.post::<Me>(&MeRequest {}).await.ok()
    }

    async fn forget_one(&mut self, id: ProofId) -> MeResponse {
        self.post::<Forget>(&ForgetRequest { id }).await.ok()
    }
}

async fn count(test: &TestPortal) -> (i64, i64) {
    let passkeys = test.sql::<i64>("SELECT COUNT(*) FROM passkey").await;
    let proofs = test.sql::<i64>("SELECT COUNT(*) FROM proof").await;
    (passkeys[0], proofs[0])
}

#[tokio::test]
async fn its_owner_sees_a_passkey_and_what_it_proves() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (mut browser, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    let me = browser.about_me().await;
    assert_eq!((me.passkeys.len(), me.proofs.len()), (1, 1));
    assert_eq!(me.passkeys[0].used, None);
    assert_eq!(me.proofs[0].from, ProofSource::Passkey);
    test.clock.advance(MINUTE);
    let mut other = test.browser();
    other.touch(&mut authenticator).await.ok();
    let me = other.about_me().await;
    assert!(me.passkeys[0].used.as_ref().unwrap() > &me.passkeys[0].made);
    assert!(!me.passkeys[0].locked);
    assert_eq!(me.sessions, 2, "the one that made it, and this one");
}

#[tokio::test]
async fn a_lost_passkey_is_removed_by_who_proves_the_address_anew_and_its_sessions_end() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (_, mut lost) = enrolled(&test, &sealed, ANNA, 1).await;
    let mut thief = test.browser();
    thief.touch(&mut lost).await.ok();
    thief.open(&sealed).await.unwrap();

    test.clock.advance(2 * MINUTE);
    let mut owner = test.browser();
    owner.sign_in(&sealed, ANNA).await;
    let me = owner.about_me().await;
    assert_eq!(me.passkeys.len(), 1);
    let me = owner.forget_one(me.passkeys[0].id).await;
    assert!(me.passkeys.is_empty());
    assert_eq!(count(&test).await, (0, 0));
    assert_eq!(thief.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    assert_eq!(
        test.browser().touch(&mut lost).await.code(),
        ErrorCode::PasskeyRefused
    );
    owner.open(&sealed).await.unwrap();
}

#[tokio::test]
async fn of_anothers_passkey_only_the_shared_address_is_taken() {
    const GROUP: &str = "purchasing@example.org";
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA, GROUP]).await;
    let groups = test.registered(2, &[GROUP]).await;
    let annas = test.registered(3, &[ANNA]).await;
    let mut anna = test.browser();
    anna.sign_in(&sealed, ANNA).await;
    anna.sign_in(&sealed, GROUP).await;
    let mut authenticator = Authenticator::new(Key::es256(1), 1);
    anna.make(&mut authenticator).await;
    assert_eq!(count(&test).await, (1, 2));

    test.clock.advance(2 * MINUTE);
    let mut colleague = test.browser();
    colleague.sign_in(&sealed, GROUP).await;
    let me = colleague.about_me().await;
    assert_eq!((me.passkeys.len(), me.proofs.len()), (1, 0));
    colleague.forget_one(me.passkeys[0].id).await;
    assert_eq!(count(&test).await, (1, 1));
    let mut browser = test.browser();
    browser.touch(&mut authenticator).await.ok();
    browser.open(&annas).await.unwrap();
    assert_eq!(browser.open(&groups).await, Err(ErrorCode::NotARecipient));
}

#[tokio::test]
async fn a_stranger_neither_sees_nor_removes_a_passkey() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA, EVE]).await;
    let (mut anna, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    let id = anna.about_me().await.passkeys[0].id;
    let mut eve = test.browser();
    eve.sign_in(&sealed, EVE).await;
    assert!(eve.about_me().await.passkeys.is_empty());
    eve.forget_one(id).await;
    eve.post::<Erase>(&EraseRequest {}).await.ok();
    assert_eq!(count(&test).await, (1, 1));
    test.browser().touch(&mut authenticator).await.ok();
}

#[tokio::test]
async fn erasing_leaves_nothing_of_the_passkeys() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (mut browser, mut first) = enrolled(&test, &sealed, ANNA, 1).await;
    let mut second = Authenticator::new(Key::es256(2), 2);
    browser.make(&mut second).await;
    let mut other = test.browser();
    other.touch(&mut second).await.ok();
    other.post::<Erase>(&EraseRequest {}).await.ok();
    assert_eq!(count(&test).await, (0, 0));
    for authenticator in [&mut first, &mut second] {
        let answer = test.browser().touch(authenticator).await;
        assert_eq!(answer.code(), ErrorCode::PasskeyRefused);
    }
    assert_eq!(other.open(&sealed).await, Err(ErrorCode::NotSignedIn));
}

#[tokio::test]
async fn a_proof_that_is_removed_takes_its_passkey_along() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (_, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    let mut browser = test.browser();
    browser.touch(&mut authenticator).await.ok();
    let proof = browser.about_me().await.proofs[0].id;
    browser.forget_one(proof).await;
    assert_eq!(browser.open(&sealed).await, Err(ErrorCode::NotSignedIn));
    assert_eq!(
        test.browser().touch(&mut authenticator).await.code(),
        ErrorCode::PasskeyRefused
    );
    sweep(&test.portal).await.unwrap();
    assert_eq!(count(&test).await, (0, 0));
}

#[tokio::test]
async fn a_locked_passkey_is_shown_as_such_and_removable() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let (_, mut authenticator) = enrolled(&test, &sealed, ANNA, 1).await;
    authenticator.counter = Some(0);
    test.browser().touch(&mut authenticator).await.refused();
    test.clock.advance(2 * MINUTE);
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    let me = browser.about_me().await;
    assert!(me.passkeys[0].locked);
    browser.forget_one(me.passkeys[0].id).await;
    assert_eq!(count(&test).await, (0, 0));
}

#[tokio::test]
async fn a_groups_address_is_never_kept_by_a_passkey() {
    const INFO: &str = "info@example.org";
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[INFO, ANNA]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, INFO).await;
    assert!(!browser.session_view().await.passkey_offered);
    assert_eq!(browser.make_start().await.code(), ErrorCode::WayNotAllowed);
    // Beside an address of one's own, that one alone is kept.
    browser.sign_in(&sealed, ANNA).await;
    assert!(browser.session_view().await.passkey_offered);
    browser
        .make(&mut Authenticator::new(Key::es256(1), 1))
        .await;
    assert_eq!(count(&test).await, (1, 1));
}

#[tokio::test]
async fn a_rule_without_passkeys_offers_none_and_makes_none() {
    let rule = "rule = [{ domains = [\"example.org\"], passkey = false }]";
    let test = TestPortal::start_with(rule).await;
    let sealed = test.registered(1, &[ANNA, EVE]).await;
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    assert!(!browser.session_view().await.passkey_offered);
    assert_eq!(browser.make_start().await.code(), ErrorCode::WayNotAllowed);
    let mut other = test.browser();
    other.sign_in(&sealed, EVE).await;
    assert!(other.session_view().await.passkey_offered);
    other.make(&mut Authenticator::new(Key::es256(1), 1)).await;
}

#[tokio::test]
async fn a_passkey_is_a_way_where_there_can_be_one() {
    for (origin, expected) in [
        ("https://portal.example.com", true),
        ("http://localhost:8080", true),
        ("http://127.0.0.1:8080", false),
    ] {
        let test = TestPortal::start_with(&format!("origin = \"{origin}\"")).await;
        let request = WaysRequest {
            address: ANNA.to_owned(),
        };
        let ways = test.browser().post::<Ways>(&request).await.ok().ways;
        assert!(ways.contains(&Way::Passcode));
        assert_eq!(ways.contains(&Way::Passkey), expected, "{origin}");
    }
}
