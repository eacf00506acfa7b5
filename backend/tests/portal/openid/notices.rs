//! Tests of the notice on the first use of a new browser.

use super::{hospital_with, person};
use crate::support::ANNA;

const ANA: &str = "ana@hospital.example";
const ON: &str = "[sign_in]\nnotify_new_browser = true";

#[tokio::test]
async fn a_new_browser_is_told_of_once_for_each_address() {
    let (test, provider) = hospital_with(ON).await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    let notices = async || {
        test.deliver().await;
        let mails = test.mailbox.mails.lock().unwrap();
        let texts = mails
            .iter()
            .map(|mail| String::from_utf8(mail.formatted()).unwrap());
        texts
            .filter(|text| text.contains("A new browser opens your secure messages"))
            .collect::<Vec<_>>()
    };
    let sent = notices().await;
    assert_eq!(sent.len(), 1);
    assert!(sent[0].contains(&format!("To: {ANA}")), "{}", sent[0]);
    assert!(!sent[0].contains("http"), "no link");
    assert!(browser.jar.contains_key("__Host-browser"));

    browser.prove(&sealed, ANNA, false).await;
    assert_eq!(notices().await.len(), 2, "another address");
    test.clock.advance(60);
    browser.prove(&sealed, ANNA, false).await;
    browser
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    assert_eq!(notices().await.len(), 2, "both are known");

    let mut other = test.browser();
    other
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    assert_eq!(notices().await.len(), 3, "another browser");
    // Two addresses of one browser have nothing in common.
    let rows = test
        .sql::<Vec<u8>>("SELECT browser FROM known_browser")
        .await;
    assert_eq!(rows.len(), 3);
}

#[tokio::test]
async fn without_the_switch_no_browser_is_known() {
    let (test, provider) = hospital_with("").await;
    let mut browser = test.browser();
    browser
        .sign_in_at(&provider, "hospital", person("ana", ANA))
        .await;
    assert!(browser.jar.is_empty());
    assert!(test.deliver().await.is_empty());
    assert_eq!(
        test.sql::<i64>("SELECT COUNT(*) FROM known_browser").await,
        [0]
    );
}
