//! Tests of the commands for tokens and the master key.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::portal::{Installation, Numbered, agent, post};

#[test]
fn a_token_is_printed_alone_once_and_can_be_listed_and_revoked() {
    let portal = Installation::new(1, "");
    assert!(
        portal.token.starts_with("spt_") && portal.token.len() == 47,
        "{}",
        portal.token
    );
    let (status, list, _) = portal.run(&["token", "list"]);
    assert!(status.success());
    let fields: Vec<_> = list.trim_end().split('\t').collect();
    assert_eq!(
        (fields[1], fields[3], fields[4]),
        ("live", "Sender Ltd", "sender.example")
    );
    assert!(!list.contains("spt_"));

    let running = portal.serve();
    let bearer = format!("Bearer {}", portal.token);
    let url = format!("http://{}/api/v1/messages/register", running.portal);
    let registered = |number| {
        let headers = [("authorization", bearer.as_str())];
        post(&agent(), &url, &headers, &Numbered(number).registration())
            .unwrap()
            .0
    };
    assert_eq!(registered(1), 200);
    let (status, out, _) = portal.run(&["token", "revoke", fields[0]]);
    assert!(status.success() && out.is_empty());
    assert_eq!(registered(2), 401, "a running portal takes notice");
    assert!(portal.run(&["token", "list"]).1.contains("\trevoked\t"));
    let (status, _, err) = portal.run(&["token", "revoke", fields[0]]);
    assert!(!status.success());
    assert!(err.contains("token list"), "it says what to do: {err}");
}

#[test]
fn a_token_needs_a_name_and_domains() {
    let portal = Installation::new(1, "");
    for arguments in [
        &["token", "create", "--name", "X"][..],
        &["token", "create", "--domain", "sender.example"],
        &[
            "token",
            "create",
            "--name",
            "",
            "--domain",
            "sender.example",
        ],
        &[
            "token",
            "create",
            "--name",
            "a\nb",
            "--domain",
            "sender.example",
        ],
        &["token", "create", "--name", "X", "--domain", "not a domain"],
    ] {
        let (status, out, err) = portal.run(arguments);
        assert!(
            !status.success() && out.is_empty() && !err.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_master_key_is_never_overwritten_and_can_be_changed() {
    let portal = Installation::new(1, "");
    let file = portal.folder.path().join("master.key");
    let before = fs::read_to_string(&file).unwrap();
    assert!(
        !portal
            .run(&["master-key", "create", "master.key"])
            .0
            .success()
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), before);

    assert!(portal.run(&["master-key", "create", "new.key"]).0.success());
    let mode = fs::metadata(portal.folder.path().join("new.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    // The first start makes what a key opens.
    drop(portal.serve());
    let (status, _, err) = portal.run(&["master-key", "rotate", "--new", "new.key"]);
    assert!(status.success(), "{err}");
    assert!(
        err.contains("0 messages") && err.contains("new.key"),
        "{err}"
    );
    let (status, _, err) = portal.run(&["serve"]);
    assert!(!status.success(), "the old key opens nothing any more");
    assert!(err.contains("master key"), "{err}");
    fs::rename(portal.folder.path().join("new.key"), &file).unwrap();
    drop(portal.serve());
}

#[test]
fn a_wrong_configuration_is_refused_with_the_key_that_is_wrong() {
    let portal = Installation::new(1, "");
    let file = portal.folder.path().join("portal.toml");
    let right = fs::read_to_string(&file).unwrap();
    for (from, to, names) in [
        ("origin", "orijin", "orijin"),
        (
            "http://localhost:8080",
            "http://portal.example.com",
            "loopback",
        ),
        ("master_key_file = \"master.key\"", "", "master_key"),
        ("\"master.key\"", "\"missing.key\"", "master key"),
    ] {
        fs::write(&file, right.replace(from, to)).unwrap();
        let (status, _, err) = portal.run(&["serve"]);
        assert!(!status.success());
        assert!(err.contains(names), "{err}");
    }
    let (status, _, err) = portal.run(&["serve", "--config", "missing.toml"]);
    assert!(!status.success() && err.contains("missing.toml"), "{err}");
}
