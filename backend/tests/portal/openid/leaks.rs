//! Tests of what the database and the log hold after sign-ins with accounts: no token, code, state, verifier or cookie, and no address.

use std::{
    fs, io,
    sync::{Arc, Mutex},
};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::json;

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

/// What is logged in this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_token_secret_or_address_is_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    let _recording = tracing::subscriber::set_default(subscriber);

    let (test, provider) = hospital().await;
    let mut browser = test.browser();
    let url = browser.begin("hospital", Some(ANA)).await.ok().url;
    let asked = query(&url);
    let jar = browser.jar.clone();
    let answer = provider.approve(&url, &person("subject-of-ana", ANA));
    browser.come_back(&answer).await;
    assert_eq!(browser.returned().await, Some(None));
    // And what is refused, with its reason.
    let mut other = test.browser();
    for claims in [
        json!({"sub": "subject-of-ana", "aud": "audience-of-another"}),
        json!({"sub": "subject-of-ana", "nonce": "nonce-of-another", "email": ANA}),
        json!({"sub": "subject-of-ana", "iss": "https://issuer-of-another.example"}),
    ] {
        other.sign_in_at(&provider, "hospital", claims).await;
    }
    let body = format!("{{\"id_token\":\"token-that-is-none\",\"email\":\"{ANA}\"}}");
    provider.inner().token = Some((axum::http::StatusCode::OK, body));
    other
        .sign_in_at(&provider, "hospital", person("subject-of-ana", ANA))
        .await;

    let bytes = log.0.lock().unwrap().clone();
    let logged = String::from_utf8(bytes).unwrap();
    for reason in [
        "a sign-in with an account was refused",
        "the token is for somebody else",
        "the token answers another question",
        "the token is another issuer's",
        "the answer to the code cannot be read",
    ] {
        assert!(logged.contains(reason), "the control: {reason}\n{logged}");
    }
    let mut secrets: Vec<String> = provider.inner().tokens.clone();
    assert_eq!(secrets.len(), 8);
    secrets.extend(jar.into_values());
    secrets.extend([
        asked["state"].clone(),
        asked["nonce"].clone(),
        asked["code_challenge"].clone(),
        answer.split(['=', '&']).nth(1).unwrap().to_owned(),
        SECRET.to_owned(),
        ANA.to_owned(),
    ]);
    secrets.extend(
        [
            "subject-of-ana",
            "audience-of-another",
            "nonce-of-another",
            "issuer-of-another",
            "token-that-is-none",
            "ana@",
        ]
        .map(str::to_owned),
    );
    for secret in secrets {
        assert!(!logged.contains(&secret), "{secret}\n{logged}");
    }
}
