//! Tests of what the database file holds, byte by byte: no address, no token, no key, also after erasing.

use std::{fs, os::unix::fs::PermissionsExt, sync::Arc};

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use sealpost_api::sender::{Revoke, RevokeRequest};
use sealpost_portal::{
    Assets, Config, MasterKey, Portal, Randomness, StorageError, SystemClock, erasure::sweep,
    rotate_master_key,
};

use crate::support::{ANNA, EVE, SENDER, TestPortal};

/// Every byte of the database: file, log and index of the log.
fn everything(test: &TestPortal) -> Vec<u8> {
    let database = test.database();
    let mut bytes = fs::read(&database).unwrap();
    for suffix in ["-wal", "-shm"] {
        let mut path = database.clone().into_os_string();
        path.push(suffix);
        bytes.extend(fs::read(path).unwrap_or_default());
    }
    bytes
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// The value in the forms it could be written in.
fn forms(value: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![
        value.to_vec(),
        HEXLOWER.encode(value).into_bytes(),
        value.iter().flat_map(|byte| [*byte, 0]).collect(),
    ];
    for start in 0..3 {
        let aligned = &value[start..value.len() - (value.len() - start) % 3];
        forms.push(BASE64.encode(aligned).into_bytes());
        forms.push(BASE64URL_NOPAD.encode(aligned).into_bytes());
    }
    forms
}

#[tokio::test]
async fn no_address_token_code_or_key_is_in_the_file() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let mut browser = test.browser();
    browser.challenge(&sealed, EVE, 1).await.ok();
    browser.challenge(&sealed, ANNA, 1).await.ok();
    let queued = everything(&test);
    let code = test.deliver().await[0].code.clone();
    browser.verify(&sealed, ANNA, 1, &code).await.ok();
    browser.open(&sealed).await.unwrap();
    let cookie = browser.cookie.clone().unwrap();
    let cookie = cookie.split_once('=').unwrap().1;

    // The control: what must be there is found.
    let bytes = everything(&test);
    assert!(holds(&bytes, b"Sender Ltd") && holds(&bytes, sealed.id.as_bytes()));
    let secrets: [&[u8]; 10] = [
        ANNA.as_bytes(),
        b"anna@",
        EVE.as_bytes(),
        SENDER.as_bytes(),
        test.token.as_bytes(),
        code.as_bytes(),
        cookie.as_bytes(),
        &sealed.release_key,
        &sealed.tag,
        b"198.51.100",
    ];
    for secret in secrets {
        for form in forms(secret) {
            // Short forms turn up by chance.
            if form.len() >= 5 {
                let shown = String::from_utf8_lossy(&form).into_owned();
                assert!(!holds(&bytes, &form), "{shown:?}");
                assert!(!holds(&queued, &form), "{shown:?} while mail waited");
            }
        }
    }
}

#[tokio::test]
async fn an_erased_key_is_not_in_the_file_any_more() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let kept = test.registered(2, &[ANNA]).await;
    let wrapped = test
        .sql::<Vec<u8>>("SELECT release_key FROM message ORDER BY id")
        .await;
    assert!(
        holds(&everything(&test), &wrapped[0]),
        "the control: it is there before"
    );
    let request = RevokeRequest {
        id: sealed.id,
        recipient: None,
        now: true,
    };
    test.sealer().post::<Revoke>(&request).await.ok();
    let bytes = everything(&test);
    assert!(!holds(&bytes, &wrapped[0]));
    assert!(holds(&bytes, &wrapped[1]), "{}", kept.id);
}

#[tokio::test]
async fn what_a_reader_keeps_in_the_log_is_erased_once_it_is_done() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let wrapped = test
        .sql::<Vec<u8>>("SELECT release_key FROM message")
        .await
        .remove(0);
    // As a backup does: a reader that needs the state from before.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(test.database());
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let mut backup = pool.begin().await.unwrap();
    sqlx::query("SELECT COUNT(*) FROM message")
        .fetch_one(&mut *backup)
        .await
        .unwrap();
    let request = RevokeRequest {
        id: sealed.id,
        recipient: None,
        now: true,
    };
    test.sealer().post::<Revoke>(&request).await.ok();
    sweep(&test.portal).await.unwrap();
    assert!(holds(&everything(&test), &wrapped), "the control");

    backup.rollback().await.unwrap();
    pool.close().await;
    // Nothing else has to be erased for it.
    sweep(&test.portal).await.unwrap();
    assert!(!holds(&everything(&test), &wrapped));
}

#[tokio::test]
async fn readiness_needs_a_database_that_can_be_written_to() {
    let test = TestPortal::start().await;
    let mut operator = test.browser();
    assert_eq!(operator.get("/readyz").await.status, 200);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(test.database());
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let other = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    assert_eq!(operator.get("/readyz").await.status, 503);
    other.rollback().await.unwrap();
    pool.close().await;
    // The attempt that was given up may hold its turn for a moment.
    for _ in 0..200 {
        if operator.get("/readyz").await.status == 200 {
            return;
        }
    }
    panic!("not ready again");
}

#[tokio::test]
async fn a_delivered_mail_is_not_in_the_file_after_a_sweep() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    test.browser().challenge(&sealed, ANNA, 1).await.ok();
    let payload = test
        .sql::<Vec<u8>>("SELECT payload FROM mail_queue")
        .await
        .remove(0);
    assert!(holds(&everything(&test), &payload));
    test.deliver().await;
    test.clock.advance(601);
    sweep(&test.portal).await.unwrap();
    assert!(!holds(&everything(&test), &payload));
}

#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    let test = TestPortal::start().await;
    test.registered(1, &[ANNA]).await;
    let folder = test.database().parent().unwrap().to_owned();
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    assert!(files.len() >= 2, "the file and its log");
    for file in files {
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{:?}",
            file.path()
        );
    }
}

#[tokio::test]
async fn the_database_is_durable_and_erases_what_it_deletes() {
    let test = TestPortal::start().await;
    assert_eq!(test.sql::<String>("PRAGMA journal_mode").await, ["wal"]);
    // Of the portal's own connections: 2 is FULL.
    assert_eq!(test.portal.store().durability().await.unwrap(), (2, true));
}

fn config(folder: &std::path::Path, key: &str) -> Config {
    let text = format!(
        "origin = \"https://portal.example.com\"\nname = \"Example\"\nmaster_key_file = \"{key}\"\n[mail]\n\
         host = \"127.0.0.1\"\nport = 1\nsecurity = \"none\"\nfrom = \"no-reply@example.com\""
    );
    Config::parse(&text, folder, []).unwrap_or_else(|error| panic!("{error}"))
}

async fn opens(config: &Config) -> bool {
    let clock = Arc::new(SystemClock);
    match Portal::open(config, Assets::default(), clock, Randomness::system()).await {
        Ok(portal) => {
            portal.store().close().await;
            true
        }
        Err(_) => false,
    }
}

#[tokio::test]
async fn another_master_key_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let randomness = Randomness::system();
    for name in ["old.key", "new.key"] {
        MasterKey::make(&randomness)
            .write_new(&folder.path().join(name))
            .unwrap();
    }
    assert!(opens(&config(folder.path(), "old.key")).await);
    assert!(opens(&config(folder.path(), "old.key")).await);
    assert!(!opens(&config(folder.path(), "new.key")).await);
}

#[tokio::test]
async fn a_new_master_key_opens_what_the_old_one_did() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    test.browser().challenge(&sealed, ANNA, 1).await.ok();
    let before = test.sql::<Vec<u8>>("SELECT release_key FROM message").await;

    let old = MasterKey::parse(&format!("spm_{}", BASE64URL_NOPAD.encode(&[7; 32]))).unwrap();
    let new_key = format!("spm_{}", BASE64URL_NOPAD.encode(&[8; 32]));
    let new = MasterKey::parse(&new_key).unwrap();
    let randomness = Randomness::system();
    let database = test.database();
    let refused = rotate_master_key(&database, &old, &new, &randomness).await;
    assert!(
        matches!(refused, Err(StorageError::InUse)),
        "while a portal holds the old key: {refused:?}"
    );
    test.portal.store().close().await;
    assert!(
        rotate_master_key(&database, &new, &old, &randomness)
            .await
            .is_err(),
        "the wrong way round"
    );
    assert_eq!(
        test.sql::<Vec<u8>>("SELECT release_key FROM message").await,
        before
    );
    assert_eq!(
        rotate_master_key(&database, &old, &new, &randomness)
            .await
            .unwrap(),
        1
    );
    let bytes = everything(&test);
    assert!(!holds(&bytes, &before[0]), "what the old key opens is gone");

    let test = test.restart_with_master_key(&new_key).await;
    assert_eq!(test.deliver().await.len(), 1, "mail that waited is sent");
    test.clock.advance(60);
    let mut browser = test.browser();
    browser.sign_in(&sealed, ANNA).await;
    assert_eq!(
        browser.open(&sealed).await.unwrap(),
        [sealed.release_key, sealed.digest].concat()
    );
}
