//! Tests of what the database holds after sign-ins with accounts: no token, code, state, verifier or cookie, and no address.

use std::fs;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

use super::{
    hospital, person,
    provider::{SECRET, query},
};
use crate::support::{ANNA, TestPortal};

const ANA: &str = "ana@hospital.example";

fn everything(test: &TestPortal) -> Vec<u8> {
    let mut bytes = fs::read(test.database()).unwrap();
    let mut log = test.database().into_os_string();
    log.push("-wal");
    bytes.extend(fs::read(log).unwrap_or_default());
    bytes
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn no_token_secret_or_address_is_in_the_file() {
    let (test, provider) = hospital().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    let url = browser.begin("hospital", Some(ANA)).await.ok().url;
    let asked = query(&url);
    let jar = browser.jar.clone();
    let waiting = everything(&test);
    let answer = provider.approve(&url, &person("subject-of-ana", ANA));
    browser.come_back(&answer).await;
    browser.prove(&sealed, ANNA, true).await;
    browser.open(&sealed).await.unwrap();
    let after = everything(&test);

    let mut secrets: Vec<String> = provider.inner().tokens.clone();
    assert_eq!(secrets.len(), 2, "the control: there were tokens");
    secrets.extend(jar.into_values());
    secrets.extend([
        asked["state"].clone(),
        asked["nonce"].clone(),
        asked["code_challenge"].clone(),
        answer.split(['=', '&']).nth(1).unwrap().to_owned(),
        SECRET.to_owned(),
        "subject-of-ana".to_owned(),
        ANA.to_owned(),
        "hospital.example".to_owned(),
        ANNA.to_owned(),
    ]);
    assert!(
        holds(&after, b"Sender Ltd") && holds(&after, b"account_return"),
        "the control"
    );
    for secret in secrets {
        for bytes in [&waiting, &after] {
            let raw = BASE64URL_NOPAD
                .decode(secret.as_bytes())
                .unwrap_or_default();
            assert!(!holds(bytes, secret.as_bytes()), "{secret}");
            assert!(
                !holds(bytes, HEXLOWER.encode(secret.as_bytes()).as_bytes()),
                "{secret}"
            );
            assert!(raw.len() < 16 || !holds(bytes, &raw), "{secret} decoded");
        }
    }
}
