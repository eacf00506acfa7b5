//! `sealpost revoke`, `restore` and `status`.

use std::fs;

use sealpost_api::{ErrorCode, sender::RegisterRequest};
use serde_json::json;

use crate::{
    TOKEN, failed,
    fake_portal::{Answer, FakePortal},
    feed, sealpost, succeeded, with_portal,
};

const ID: &str = "MDEyMzQ1Njc4OWFiY2RlZg";

#[test]
fn each_verb_asks_for_exactly_what_was_said() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let bob = ["--recipient", "bob@example.net"];
    let cases = [
        (
            vec!["revoke", ID],
            "revoke",
            json!({"id": ID, "recipient": null, "now": false}),
        ),
        (
            vec!["revoke", ID, "--now"],
            "revoke",
            json!({"id": ID, "recipient": null, "now": true}),
        ),
        (
            vec!["revoke", ID, bob[0], bob[1]],
            "revoke",
            json!({"id": ID, "recipient": "bob@example.net", "now": false}),
        ),
        (
            vec!["restore", ID, "--expires", "9"],
            "restore",
            json!({"id": ID, "recipient": null, "expires_in_days": 9}),
        ),
        (
            vec!["restore", ID, bob[0], bob[1]],
            "restore",
            json!({"id": ID, "recipient": "bob@example.net", "expires_in_days": null}),
        ),
        (
            vec!["status", ID],
            "status",
            json!({"id": ID, "recipient": null}),
        ),
    ];
    for (arguments, path, body) in cases {
        let output = with_portal(&folder, &portal.url)
            .args(&arguments)
            .output()
            .unwrap();
        let text = succeeded(&output);
        assert!(
            text.contains(&format!("id: {ID}\nstate: revoked\n")),
            "{text}"
        );
        assert!(
            text.contains("expires: never\nkey erased: 2026-12-25T10:15:00Z\n"),
            "{text}"
        );
        let requests = portal.take();
        assert_eq!(
            requests[0].line,
            format!("POST /api/v1/messages/{path} HTTP/1.1")
        );
        let sent: serde_json::Value = serde_json::from_slice(&requests[0].body).unwrap();
        assert_eq!(sent, body, "{arguments:?}");
    }
    let output = with_portal(&folder, &portal.url)
        .args(["status", ID, "--json"])
        .output()
        .unwrap();
    let answer: serde_json::Value = serde_json::from_str(&succeeded(&output)).unwrap();
    assert_eq!(
        (&answer["state"], &answer["recipients"]),
        (&json!("revoked"), &json!(3))
    );
}

#[test]
fn a_file_stands_for_its_message() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let mut command = with_portal(&folder, &portal.url);
    command.args(["seal", "-o", "carrier.eml", "--html", "message.html"]);
    let email = b"From: ada@example.com\r\nTo: bob@example.net\r\n\r\nHello\r\n";
    succeeded(&feed(&mut command, email));
    let registered: RegisterRequest = serde_json::from_slice(&portal.take()[0].body).unwrap();
    for file in ["carrier.eml", "message.html"] {
        succeeded(
            &with_portal(&folder, &portal.url)
                .args(["status", file])
                .output()
                .unwrap(),
        );
        let sent: serde_json::Value = serde_json::from_slice(&portal.take()[0].body).unwrap();
        assert_eq!(sent["id"], registered.id.to_string(), "{file}");
    }

    // A file may be anybody's: the token goes to the portal that is set, or nowhere.
    let ours = FakePortal::accepting();
    let output = with_portal(&folder, &ours.url)
        .args(["revoke", "message.html"])
        .output()
        .unwrap();
    assert!(failed(&output, 1).contains("was sealed for"));
    assert!(ours.take().is_empty() && portal.take().is_empty());
}

#[test]
fn what_names_no_message_is_a_wrong_call() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let output = with_portal(&folder, &portal.url)
        .args(["status", "nothing"])
        .output()
        .unwrap();
    assert!(failed(&output, 2).contains("neither a message id nor a file"));
    assert!(portal.take().is_empty());
}

#[test]
fn a_refusal_is_two_sentences() {
    let folder = tempfile::tempdir().unwrap();
    for (code, words) in [
        (ErrorCode::UnknownMessage, "knows no message of this id"),
        (ErrorCode::Erased, "has been erased"),
        (ErrorCode::NotARecipient, "not sealed for this recipient"),
    ] {
        let portal = FakePortal::answering(vec![Answer::Refuse(code)]);
        let output = with_portal(&folder, &portal.url)
            .args(["restore", ID])
            .output()
            .unwrap();
        let text = failed(&output, 1);
        assert!(text.contains(words) && text.lines().count() == 2, "{text}");
    }
}

#[test]
fn the_token_may_come_from_a_file_and_the_rest_from_sealer_toml() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), format!("{TOKEN}\n")).unwrap();
    fs::write(
        folder.path().join("sealer.toml"),
        format!("portal = \"{}\"\ntoken_file = \"token\"\n", portal.url),
    )
    .unwrap();
    // Not without being named: the working directory may be anybody's.
    failed(&sealpost(&folder).args(["status", ID]).output().unwrap(), 2);
    let output = sealpost(&folder)
        .args(["status", ID, "--config", "sealer.toml"])
        .output()
        .unwrap();
    succeeded(&output);
    let authorization = portal.take().remove(0).authorization;
    assert_eq!(authorization, Some(format!("Bearer {TOKEN}")));
}
